import { styleText } from 'node:util'
import type { Awaitable } from '@shaddock/protocol'
import type { ServerEntry } from '../config/config.ts'
import type { Log } from '../log.ts'
import { formatMs } from './format.ts'
import type { Reports } from './supervised-server.ts'

export type Tone = 'plain' | 'quiet' | 'warning'

/** Prints a line for the operator. */
export function print(text: string, tone: Tone = 'plain'): void {
  process.stdout.write(`${styled(text, tone)}\n`)
}

/** Says every few seconds what a task still waits for. */
export async function nag(task: Promise<void>, describe: () => Awaitable<string>): Promise<void> {
  const say = async () => print(await describe(), 'quiet')
  // what cannot be told is about to end
  const timer = setInterval(() => void say().catch(() => undefined), nagMs)
  try {
    await task
  } finally {
    clearInterval(timer)
  }
}

const nagMs = 2_000

/** Goes on when nobody reads what is printed any more: servers must not end with a terminal or a pager. */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
}

/** Told of what a master finds when it starts. */
export interface AdoptionReports {
  /** `outdated` is what the server was started with and would not be now; undefined if it would not be started. */
  adopted(entry: ServerEntry, pid: number, outdated: readonly string[] | undefined): void
}

/** Returns reports that go to the console and to the master's log. `entries` are those to align the lines by. */
export function createReports(entries: readonly ServerEntry[], log: Log): Reports & AdoptionReports {
  const idWidth = Math.max(...entries.map(({ id }) => id.length))
  const addressWidth = Math.max(...entries.map((entry) => addressOf(entry).length))
  return {
    ready(entry, tookMs) {
      log.info({ server: entry.id, tookMs: Math.round(tookMs) }, 'ready')
      const took = styled(formatMs(tookMs).padStart(6), 'quiet')
      print(`${entry.id.padEnd(idWidth)}   ${addressOf(entry).padEnd(addressWidth)}   ${took}`)
    },
    adopted({ id }, pid, outdated) {
      log.info({ server: id, pid, outdated }, 'adopted')
      if (outdated === undefined)
        print(`${id} is not in config/servers.json: it goes on until it is stopped`, 'warning')
      else if (outdated.length > 0)
        print(
          `${id} goes on with the ${outdated.join(', ')} that it started with: ` +
            `"shaddock restart ${id}" gives it what is there now`,
          'warning',
        )
    },
    died(entry, why, restartsInMs) {
      log.error({ server: entry.id, why, restartsInMs }, 'died')
      print(`${entry.id} died: ${why}; it starts again in ${formatMs(restartsInMs)}`, 'warning')
    },
    overdue(entry) {
      log.warn({ server: entry.id }, 'killed, as it took too long to stop')
      print(`${entry.id} takes too long to stop and is killed`, 'warning')
    },
  }
}

function addressOf({ frontend, clientPort, host }: ServerEntry): string {
  return frontend ? `ws+tcp ${host.includes(':') ? `[${host}]` : host}:${clientPort}` : ''
}

/** Colours are for terminals that take them, and `NO_COLOR` does not. */
function styled(text: string, tone: Tone): string {
  if (tone === 'plain') return text
  return styleText(tone === 'quiet' ? 'dim' : 'yellow', text, { stream: process.stdout })
}
