import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import type { Supervisor } from 'shaddock/embed'
import { adoptLife } from '../../src/master/adopt.ts'
import type { Servers } from '../../src/master/adopt.ts'
import { createFleet } from '../../src/master/fleet.ts'

/** A process that will not end when it is asked to, and the lists in which it stands. */
async function stubborn() {
  const program = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1e6); console.log("ready")'
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  await once(child.stdout, 'data')
  const server = { id: 'chat-1', type: 'chat', pid: child.pid! } as ReturnType<Servers['servers']>[number]
  let listed = [server]
  const listeners = new Set<Parameters<Servers['onServers']>[0]>()
  const servers: Servers = {
    servers: () => listed,
    onServers: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  return {
    child,
    server,
    servers,
    leave: () => {
      listed = []
      for (const listener of [...listeners]) void listener([], [server], 'down')
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}

test('an adopted server that leaves has not ended while its process lives', async () => {
  await using process = await stubborn()
  const life = adoptLife(process.servers, process.server)
  let hasEnded = false
  void life.ended.then(() => (hasEnded = true))

  process.leave()
  await new Promise(setImmediate)
  assert.equal(hasEnded, false)
  life.kill()

  assert.equal(await life.ended, 'its process is gone')
})

for (const order of ['stop', 'kill'] as const) {
  test(`a ${order} ends a server that another process started, also one that will not`, async () => {
    await using process = await stubborn()
    const supervisor = { entries: [], stop: async () => {}, kill: async () => {} }
    const app = { servers: { 'chat-1': {} } }
    process.child.once('exit', process.leave)
    const fleet = createFleet({
      app: app as never,
      supervisor: supervisor as Partial<Supervisor> as Supervisor,
      foreign: () => adoptLife(process.servers, process.server),
      stopTimeoutMs: order === 'stop' ? 1 : 600_000,
    })

    await fleet[order]([])

    assert.equal(process.child.signalCode ?? (await once(process.child, 'exit'))[1], 'SIGKILL')
  })
}
