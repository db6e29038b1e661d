import { freemem, hostname, loadavg, platform, totalmem, uptime } from 'node:os'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { App } from '../../app.ts'
import { callBack } from '../../callback.ts'
import { getLogger } from '../../log.ts'
import type { AdminModule } from '../console-service.ts'
import type { MasterAgent } from '../master-agent.ts'
import type { MonitorAgent } from '../monitor-agent.ts'
import type { BuiltIn } from '../register-modules.ts'

const logger = getLogger('pomelo-admin')

/** What `app.enable('systemMonitor')` adds. */
export function systemModules(app: App): BuiltIn[] {
  if (!app.enabled('systemMonitor')) return []
  if (app.isMaster())
    logger.info(
      'systemMonitor: the modules scripts and profiler are not there; use "run" of pomelo-cli, and node --inspect',
    )
  return [
    { moduleId: 'systemInfo', make: () => createCollector('systemInfo', describeSystem) },
    { moduleId: 'nodeInfo', make: () => createCollector('nodeInfo', describeProcess) },
    { moduleId: 'monitorLog', make: () => createLogReader(app.base) },
  ]
}

/** Gathers on the master what each server says of itself every five minutes. */
function createCollector(moduleId: string, describe: () => object): AdminModule {
  return {
    type: 'pull',
    interval: 300,
    monitorHandler(agent: MonitorAgent) {
      agent.notify(moduleId, {
        serverId: agent.id,
        body: { ...describe(), serverId: agent.id, serverType: agent.type },
      })
    },
    masterHandler(
      agent: MasterAgent,
      msg: { readonly serverId: string; readonly body: unknown } | null | undefined,
    ) {
      if (!msg) {
        agent.notifyAll(moduleId, null)
        return
      }
      const known = (agent.get(moduleId) ?? {}) as Record<string, unknown>
      agent.set(moduleId, { ...known, [msg.serverId]: msg.body })
    },
    clientHandler(agent: MasterAgent, _msg: unknown, callback: unknown) {
      callBack(callback, null, agent.get(moduleId) ?? {})
    },
  }
}

function describeSystem(): object {
  const [oneMinute, fiveMinutes, fifteenMinutes] = loadavg()
  return {
    ...{ hostname: hostname(), os: platform(), uptime: uptime(), free_mem: freemem(), total_mem: totalmem() },
    loadavg: { oneMinute, fiveMinutes, fifteenMinutes },
  }
}

function describeProcess(): object {
  const { user, system } = process.cpuUsage()
  return {
    pid: process.pid,
    time: new Date().toISOString(),
    usr: user,
    sys: system,
    ...process.memoryUsage(),
  }
}

/** How much of the end of a log is looked at. */
const tailBytes = 262_144

/** Reads the last lines of the logs that filters write as JSON: con-log, rpc-log, forward-log. */
function createLogReader(base: string): AdminModule {
  return {
    monitorHandler(
      agent: MonitorAgent,
      { logfile, number = 20 }: { logfile?: string; number?: number },
      callback: unknown,
    ) {
      // a name, not a way out of the folder
      if (logfile === undefined || !/^[\w-]+$/.test(logfile))
        return callBack(callback, new Error('logfile should not be empty'))
      tail(join(base, 'logs', `${logfile}-${agent.id}.log`)).then(
        (text) =>
          callBack(callback, null, {
            serverId: agent.id,
            body: { logfile, dataArray: parseLines(text, agent.id).slice(-number) },
          }),
        (error: unknown) => callBack(callback, error),
      )
    },
    clientHandler(agent: MasterAgent, msg: { readonly serverId?: string }, callback: unknown) {
      agent.request(String(msg.serverId), 'monitorLog', msg, callback)
    },
  }
}

async function tail(path: string): Promise<string> {
  await using file = await open(path)
  const { size } = await file.stat()
  const length = Math.min(size, tailBytes)
  const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length)
  return buffer.toString()
}

function parseLines(text: string, serverId: string): object[] {
  return text.split('\n').flatMap((line) => {
    try {
      const { time, route, service, timeUsed } = JSON.parse(line.slice(line.indexOf('{'))) as Record<
        string,
        unknown
      >
      return [{ time, route: route ?? service, serverId, timeUsed, params: line.slice(line.indexOf('{')) }]
    } catch {
      return []
    }
  })
}
