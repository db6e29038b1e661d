import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** One server of a Shaddock that runs. */
export interface Member {
  readonly id: string
  readonly type: string
  readonly pid: number
  readonly memoryBytes: number
  readonly connections?: number
}

/** Asks the command which servers run. */
export async function listMembers(directory: string): Promise<Member[]> {
  const command = fileURLToPath(new URL('bin/shaddock.js', import.meta.resolve('shaddock/package.json')))
  const args = [command, 'list', '--json', '--dir', directory]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return JSON.parse(stdout) as Member[]
}

/** What a process has used so far. */
export interface Usage {
  /** Of whole hundredths. */
  readonly cpuSeconds: number
  /** To files, pipes and sockets: of a back end, the bus. */
  readonly writtenBytes: number
}

/** Reads Linux's accounts of a process. */
export function usageOf(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const written = /^wchar: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]
  return { cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100, writtenBytes: Number(written) }
}
