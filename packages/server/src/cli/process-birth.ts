import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

/**
 * Returns what tells a process that lives from all others that had or will have its pid: on one machine, no two with
 * one pid have the same. Undefined when no process has the pid, or only the remains of one that its parent left unread.
 */
export function birthOf(pid: number): string | undefined {
  return existsSync('/proc/self/stat') ? birthFromProc(pid) : birthFromPs(pid)
}

/** The ticks from the start of the system to that of the process, and which start of the system it was. */
function birthFromProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // the name of the program comes second, in brackets, and may hold anything
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()}/${fields[19]}`
  } catch {
    return undefined
  }
}

/** To the second, which is finer than pids come round. */
export function birthFromPs(pid: number): string | undefined {
  try {
    const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' }
    const args = ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)]
    const line = execFileSync('ps', args, { encoding: 'utf8', env })
    const [, state, start] = /^\s*(\S+)\s+(.*\S)\s*$/.exec(line) ?? []
    return state?.startsWith('Z') ? undefined : start
  } catch {
    return undefined
  }
}
