import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { Life } from '../../src/cli/life.ts'
import { SupervisedServer } from '../../src/cli/supervised-server.ts'
import { SetupError } from '../../src/errors.ts'

const noStats = { uptimeMs: 0, memoryBytes: 0, heapBytes: 0, resources: {}, calls: 0, timers: 0 }

/** A server whose lives begin and end as the test says, on the test's clock. */
function superviseOne(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const news: string[] = []
  const lives: { ready(): void; fail(): void; end(how: string): void }[] = []
  const launch = (): Life => {
    const ready = Promise.withResolvers<Awaited<Life['ready']>>()
    const ended = Promise.withResolvers<string>()
    const info = { id: 'chat-1', type: 'chat', incarnation: lives.length, frontend: false }
    lives.push({
      ready: () => ready.resolve({ ...info, host: '127.0.0.1', pid: 1, settings: {} }),
      fail: () => {
        ready.reject(new SetupError('no memory'))
        ended.resolve('exit code 1')
      },
      end: ended.resolve,
    })
    return {
      pid: 1,
      ready: ready.promise,
      ended: ended.promise,
      stop: () => news.push('told to stop'),
      kill: () => ended.resolve('SIGKILL'),
      stats: () => Promise.resolve(noStats),
    }
  }
  const entry = {
    id: 'chat-1',
    type: 'chat',
    host: '',
    clientHost: '',
    frontend: false,
    args: [],
    settings: {},
  }
  const server = new SupervisedServer(entry, {
    launch,
    reports: {
      ready: () => news.push('ready'),
      died: (_, why, ms) => news.push(`${why}, again in ${ms} ms`),
      overdue: () => news.push('overdue'),
    },
    restart: { minMs: 100, maxMs: 350 },
  })
  /** Lets the latest life do something, and all that follows from it happen. */
  const act = async (name: 'ready' | 'fail' | 'end') => {
    lives.at(-1)?.[name]('SIGSEGV')
    await setImmediate()
  }
  const pass = async (ms: number) => {
    t.mock.timers.tick(ms)
    await setImmediate()
  }
  return { server, news, lives, act, pass }
}

test('a server that keeps dying waits longer each time, up to a limit', async (t) => {
  const { server, news, lives, act, pass } = superviseOne(t)
  void server.start()

  for (const pauseMs of [100, 200, 350, 350]) {
    await act('ready')
    await act('end')
    await pass(pauseMs - 1)
    assert.equal(server.state, 'waiting')
    await pass(1)
    assert.equal(server.state, 'starting')
  }

  assert.equal(lives.length, 5)
  const pauses = news.filter((line) => line !== 'ready')
  assert.deepEqual(
    pauses,
    [100, 200, 350, 350].map((ms) => `SIGSEGV, again in ${ms} ms`),
  )
})

test('after a minute of life the pause is the shortest again', async (t) => {
  const { server, news, act, pass } = superviseOne(t)
  void server.start()
  await act('ready')
  await act('end')
  await pass(100)
  await act('ready')

  await pass(60_000)
  await act('end')

  assert.equal(news.at(-1), 'SIGSEGV, again in 100 ms')
})

test('a server that cannot start after it died is tried again', async (t) => {
  const { server, news, act, pass } = superviseOne(t)
  void server.start()
  await act('ready')
  await act('end')
  await pass(100)

  await act('fail')
  await pass(200)
  await act('ready')

  assert.deepEqual(news.slice(1), [
    'SIGSEGV, again in 100 ms',
    'chat-1 cannot start: no memory, again in 200 ms',
    'ready',
  ])
  assert.equal(server.state, 'running')
})

test('the status of a server that waits says for how long', async (t) => {
  const { server, act, pass } = superviseOne(t)
  void server.start()
  await act('ready')
  await act('end')

  await pass(30)

  assert.deepEqual(await server.status(), { id: 'chat-1', type: 'chat', state: 'waiting', restartsInMs: 70 })
})

test('a server that waits does not start again once it was stopped', async (t) => {
  const { server, lives, act, pass } = superviseOne(t)
  void server.start()
  await act('ready')
  await act('end')

  await server.stop(1_000)
  await pass(1_000)

  assert.equal(server.state, 'stopped')
  assert.equal(lives.length, 1)
})

test('a server that dies after it was retired stays stopped', async (t) => {
  const { server, news, act, pass } = superviseOne(t)
  void server.start()
  await act('ready')

  server.retire()
  await act('end')
  await pass(1_000)

  assert.equal(server.state, 'stopped')
  assert.deepEqual(news, ['ready'])
})

test('a server that does not stop within its time is killed', async (t) => {
  const { server, news, act, pass } = superviseOne(t)
  void server.start()
  await act('ready')

  const stopped = server.stop(1_000)
  await pass(999)
  assert.equal(server.state, 'stopping')
  await pass(1)
  await stopped

  assert.equal(server.state, 'stopped')
  assert.deepEqual(news, ['ready', 'told to stop', 'overdue'])
})

test('two who start a server at once start it once', async (t) => {
  const { server, lives, act } = superviseOne(t)

  const starts = [server.start(), server.start()]
  await act('ready')
  await Promise.all(starts)
  await server.start()

  assert.equal(lives.length, 1)
})
