import { totalmem } from 'node:os'
import { inspect } from 'node:util'
import { writeHeapSnapshot } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { existsSync } from 'node:fs'
import type { App } from '../../app.ts'
import type { AnyFunction } from '../../callback.ts'
import { callBack } from '../../callback.ts'
import { isFrontend } from '../../config/servers.ts'
import { collect } from '../collect.ts'
import type { AdminModule, ConsoleService } from '../console-service.ts'
import type { MasterAgent } from '../master-agent.ts'

/** What a tool asks: of one server, or of `all`. */
interface Question {
  readonly comd?: string
  readonly context?: string
  readonly param?: unknown
}

const moduleId = 'watchServer'

/** `watchServer`: what pomelo-cli shows and changes. On servers, and on the master for tools. */
export function createServerWatcher(app: App, service: ConsoleService): AdminModule {
  return {
    monitorHandler(_agent: unknown, { comd = '', param }: Question, callback: unknown) {
      const answer = answers.get(comd)
      if (answer === undefined) return callBack(callback, `unknown command ${comd}`)
      const result = answer(app, param)
      // how tools read these two
      if (comd === 'servers' || comd === 'connections' || comd === 'logins')
        return callBack(callback, { serverId: app.serverId, body: result })
      callBack(callback, null, result)
    },
    clientHandler(agent: MasterAgent, question: Question, callback: unknown) {
      ask(app, service, agent, question).then(
        (result) => callBack(callback, null, result),
        (error: unknown) => callBack(callback, (error as Error).message),
      )
    },
  }
}

async function ask(
  app: App,
  service: ConsoleService,
  agent: MasterAgent,
  question: Question,
): Promise<unknown> {
  const { comd, context, param } = question
  if (!comd || !context) throw new Error('lack of comd or context param')
  if (comd === 'servers') return { msg: await collect(agent, Object.keys(agent.idMap), moduleId, question) }
  if (comd === 'connections' || comd === 'logins')
    return { msg: await collect(agent, frontendsOf(agent, context), moduleId, question) }
  if (comd === 'modules') return { msg: Object.keys(service.modules) }
  if (comd === 'config' && param === 'master')
    return {
      masterConfig: app.get('masterConfig') ?? 'no config to master in app.js',
      masterInfo: app.get('master'),
    }
  if (context === 'all') throw new Error('context error')
  const answer = await new Promise((resolve, reject) => {
    agent.request(context, moduleId, question, (error: unknown, result: unknown) =>
      error
        ? reject(new Error(typeof error === 'string' ? error : (error as Error).message))
        : resolve(result),
    )
  })
  return comd === 'status' ? { msg: answer } : answer
}

/** @throws {Error} that one is none. */
function frontendsOf({ idMap }: MasterAgent, context: string): string[] {
  const frontends = Object.values(idMap)
    .filter(({ info }) => isFrontend(info))
    .map(({ id }) => id)
  if (context === 'all') return frontends
  if (idMap[context] === undefined) throw new Error(`the server ${context} not exist`)
  if (!frontends.includes(context)) throw new Error('this command should be applied to frontend server')
  return [context]
}

const notHere = 'not available here'

/** What a server answers to each question. */
const answers = new Map<string, (app: App, param: unknown) => unknown>([
  ['servers', describe],
  ['connections', connectionsOf],
  ['logins', connectionsOf],
  ['status', (app) => ({ serverId: app.serverId, body: statusOf(app) })],
  ['config', (app, name) => plainOf(app.get(`${String(name)}Config`))],
  [
    'components',
    (app) =>
      Object.fromEntries(
        Object.keys(app.components).map((key) => [nameOf(key), plainOf(app.get(`${nameOf(key)}Config`))]),
      ),
  ],
  ['settings', settingsOf],
  ['proxy', () => notHere],
  ['handler', () => notHere],
  ['get', (app, key) => jsonOf(app.get(String(key))) ?? null],
  ['set', (app, param) => setSetting(app, param)],
  ['enable', (app, key) => (app.enable(String(key)), `enable ${String(key)} ok`)],
  ['disable', (app, key) => (app.disable(String(key)), `disable ${String(key)} ok`)],
  ['run', run],
  ['memory', dumpMemory],
  ['cpu', () => 'start the server with --cpu-prof instead: "args" of its entry in servers.json'],
])

function describe({ serverId, serverType, curServer }: App): object {
  return {
    ...{ serverId, serverType, host: curServer?.host, port: curServer?.port, pid: process.pid },
    heapUsed: (process.memoryUsage().heapUsed / 1_000_000).toFixed(2),
    uptime: (process.uptime() / 60).toFixed(2),
  }
}

function connectionsOf({ components }: App): unknown {
  const { __connection__: connections } = components as {
    __connection__?: { getStatisticsInfo?: AnyFunction }
  }
  return connections?.getStatisticsInfo?.call(connections) ?? 'error'
}

/** In the columns of pomelo-cli. */
function statusOf({ serverId, serverType }: App): object {
  const { user, system } = process.cpuUsage()
  const { rss } = process.memoryUsage()
  return {
    ...{ time: new Date().toISOString(), serverId, serverType, pid: process.pid },
    cpuAvg: ((user + system) / process.uptime() / 10_000).toFixed(1),
    memAvg: ((100 * rss) / totalmem()).toFixed(1),
    ...{ vsz: '-', rss, usr: Math.round(user / 1_000), sys: Math.round(system / 1_000), gue: '-' },
  }
}

/** What of an object of options can be shown. */
function plainOf(options: unknown): object {
  const entries = Object.entries(options ?? {})
  return Object.fromEntries(entries.filter(([, value]) => !['function', 'object'].includes(typeof value)))
}

function settingsOf({ settings }: App): object {
  const shown = Object.entries(settings).filter(([key]) => !/^__\w+__$|\w+Config$/.test(key))
  return Object.fromEntries(shown.map(([key, value]) => [key, jsonOf(value)]))
}

/** Returns a value that JSON can carry, or a word for it. */
function jsonOf(value: unknown): unknown {
  try {
    JSON.stringify(value)
    return typeof value === 'function' ? 'function' : value
  } catch {
    return 'object'
  }
}

function setSetting(app: App, param: unknown): string {
  const { key, value } = (param ?? {}) as { key?: unknown; value?: unknown }
  app.set(String(key), value)
  return `set ${String(key)}:${String(value)} ok`
}

/** For users of level 1: an operator may look at, and change, anything. */
function run(app: App, script: unknown): string {
  const context = { app, result: null as unknown }
  try {
    runInNewContext(`result = ${String(script)}`, context, { timeout: 5_000 })
    return inspect(context.result)
  } catch (error) {
    return String((error as Error).stack)
  }
}

function dumpMemory(_app: App, param: unknown): string {
  const { filepath, force } = (param ?? {}) as { filepath?: unknown; force?: unknown }
  const path = String(filepath).replace(/(\.heapsnapshot)?$/, '.heapsnapshot')
  if (!force && existsSync(path)) return 'filepath file exist'
  return `${writeHeapSnapshot(path)} memory dump ok`
}

function nameOf(component: string): string {
  return /^__(\w+)__$/.exec(component)?.[1] ?? component
}
