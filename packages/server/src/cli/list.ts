import { formatBytes, formatMs, formatTable, formatUptime } from './format.ts'
import { withMaster } from './master-client.ts'
import type { ServerStatus } from './supervised-server.ts'

export interface ListCommand {
  readonly dir?: string
  readonly json?: boolean
}

/** Prints the master and its servers, and what can be done when the master is gone. @throws {SetupError} nothing runs. */
export async function list({ dir, json = false }: ListCommand): Promise<void> {
  const statuses = await withMaster(dir, (master) => master.list())
  const sorted = statuses.toSorted((a, b) => compare(rankOf(a), rankOf(b)))
  process.stdout.write(json ? `${JSON.stringify(sorted, null, 2)}\n` : toTable(sorted))
  // aside: what is printed is for programs too
  if (sorted.some(({ state }) => state === 'gone')) process.stderr.write(masterIsGone)
}

const masterIsGone =
  'the master is gone, and these go on without it: ' +
  '"shaddock start" watches them again and starts what is missing, "shaddock stop" ends them\n'

const head = ['id', 'type', 'pid', 'uptime', 'memory', 'connections', 'incarnation', 'state', 'host']
const numeric = new Set([2, 3, 4, 5])

function toTable(statuses: readonly ServerStatus[]): string {
  const isOneMachine = statuses.every(({ host }) => host === undefined)
  const rows = statuses.map((status) => {
    const { id, type, pid, uptimeMs, memoryBytes, connections, incarnation, host = 'here' } = status
    const uptime = uptimeMs === undefined ? undefined : formatUptime(uptimeMs)
    const memory = memoryBytes === undefined ? undefined : formatBytes(memoryBytes)
    const cells = [id, type, pid, uptime, memory, connections, incarnation, stateOf(status), host]
    return cells.map((cell) => String(cell ?? '–'))
  })
  const columns = isOneMachine ? head.length - 1 : head.length
  return formatTable(
    [head, ...rows].map((row) => row.slice(0, columns)),
    numeric,
  )
}

function stateOf({ state, restartsInMs }: ServerStatus): string {
  return restartsInMs === undefined ? state : `restarting in ${formatMs(restartsInMs)}`
}

/** The master first, then by type and id. */
function rankOf({ id, type }: ServerStatus): readonly string[] {
  return type === 'master' ? [] : [type, id]
}

function compare(a: readonly string[], b: readonly string[]): number {
  return a.join('\0').localeCompare(b.join('\0'), 'en', { numeric: true })
}
