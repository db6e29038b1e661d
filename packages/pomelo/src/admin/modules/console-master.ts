import { parseArguments } from '../../config/arguments.ts'
import { expandCluster } from '../../config/servers.ts'
import type { PomeloServer } from '../../config/servers.ts'
import { callBack } from '../../callback.ts'
import type { Fleet } from '../../master/fleet.ts'
import { collect } from '../collect.ts'
import type { AdminModule } from '../console-service.ts'
import type { MasterAgent } from '../master-agent.ts'

/** What a tool tells the master. */
interface Order {
  readonly signal?: string
  readonly ids?: readonly string[]
  readonly type?: string
  /** `key=value` each; for a blacklist, addresses. */
  readonly args?: readonly string[]
}

const moduleId = '__console__'

/** `__console__` on the master: what Pomelo's command tells it to do. */
export function createConsoleMaster(fleet: Fleet): AdminModule {
  return {
    clientHandler(agent: MasterAgent, order: Order, callback: unknown) {
      const run = orders.get(String(order.signal))
      if (run === undefined)
        return callBack(callback, new Error('The command cannot be recognized, please check.'), null)
      run(agent, order, fleet).then(
        (result) => {
          callBack(callback, null, result)
          if (isLast(order)) fleet.end()
        },
        (error: unknown) => callBack(callback, error, null),
      )
    },
  }
}

type Run = (agent: MasterAgent, order: Order, fleet: Fleet) => Promise<unknown>

const orders = new Map<string, Run>([
  [
    'list',
    async (agent) => ({ msg: await collect(agent, Object.keys(agent.idMap), moduleId, { signal: 'list' }) }),
  ],
  [
    'stop',
    async (_agent, { ids = [] }, fleet) => {
      await fleet.stop(ids)
      return { status: ids.length > 0 ? 'part' : 'all' }
    },
  ],
  [
    'kill',
    async (_agent, _order, fleet) => {
      await fleet.kill()
      return { code: 'ok' }
    },
  ],
  ['restart', restart],
  ['add', add],
  ['addCron', tellCron],
  ['removeCron', tellCron],
  ['blacklist', blacklist],
])

/** After a stop or kill of all, the master ends too. */
function isLast({ signal, ids = [] }: Order): boolean {
  return signal === 'kill' || (signal === 'stop' && ids.length === 0)
}

/** Resolves with the ids of those that could not start again. */
async function restart(_agent: MasterAgent, { ids = [], type }: Order, fleet: Fleet): Promise<string[]> {
  const chosen = ids.length > 0 ? ids : fleet.idsOf(type)
  if (chosen.length === 0) throw new Error(`restart servers with unknown server type: ${type}`)
  const fails: string[] = []
  for (const id of chosen) await fleet.restart(id).catch(() => fails.push(id))
  if (fails.length === chosen.length) throw new Error('all servers start failed.')
  return fails
}

async function add(_agent: MasterAgent, { args = [] }: Order, fleet: Fleet): Promise<unknown> {
  const fields = parsePairs(args)
  const { serverType, id, clusterCount } = fields
  if (!serverType || (!id && !clusterCount)) throw new Error('Miss necessary server parameters.')
  const first = fleet.idsOf(String(serverType)).filter((each) => each.startsWith('cluster-server-')).length
  const servers = clusterCount ? expandCluster(fields, first) : [fields as PomeloServer]
  for (const server of servers) await fleet.add(server)
  return { status: 'ok' }
}

async function tellCron(agent: MasterAgent, { signal, args = [] }: Order): Promise<unknown> {
  const cron = parsePairs(args)
  const { serverId, serverType, id, time, action } = cron
  const isWhole = id && (signal === 'removeCron' || (time && action))
  if (!isWhole || !(serverId || serverType)) throw new Error('Miss necessary server parameters.')
  const told = serverId
    ? agent.notifyById(String(serverId), moduleId, { signal, cron })
    : agent.notifyByType(String(serverType), moduleId, { signal, cron })
  if (!told) throw new Error(`there is no server ${String(serverId ?? serverType)}`)
  return { status: 'ok' }
}

async function blacklist(agent: MasterAgent, { args = [] }: Order): Promise<unknown> {
  for (const address of args) {
    if (!/(\d+)\.(\d+)\.(\d+)\.(\d+)/.test(address) || !isRegExp(address))
      throw new Error(`blacklist ip: ${address} is error format.`)
  }
  agent.notifyAll(moduleId, { signal: 'blacklist', blacklist: args })
  return { status: 'ok' }
}

function isRegExp(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp
  } catch {
    return false
  }
}

/** @throws {Error} one has no `=`. */
function parsePairs(args: readonly string[]): Record<string, unknown> {
  if (args.some((pair) => !pair.includes('='))) throw new Error('Error server parameters format.')
  const { main: _, ...fields } = parseArguments(['node', 'main', ...args])
  return fields
}
