import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { loadConfig } from '../../src/config/load.ts'
import type { Config } from '../../src/config/config.ts'
import { parseServerEntry } from '../../src/config/servers.ts'
import type { ServerError } from '../../src/errors.ts'
import type { Launch } from '../../src/cli/life.ts'
import type { Reports } from '../../src/cli/supervised-server.ts'
import { createSupervisor } from '../../src/cli/supervisor.ts'
import type { Supervisor } from '../../src/cli/supervisor.ts'
import { createApplication } from './test-application.ts'
import type { TestApplication } from './test-application.ts'

/** What a way to launch servers is opened with. */
export interface LaunchContext {
  readonly application: TestApplication
  readonly config: Config
}

/** A way to launch servers, and what ends it. */
export interface OpenLaunch {
  readonly launch: Launch
  close(): Promise<void>
}

/** Checks that servers which are launched this way do as a supervisor is told. */
export function testSupervisor(
  name: string,
  openLaunch: (context: LaunchContext) => Promise<OpenLaunch>,
): void {
  async function supervise(extra?: Parameters<typeof createApplication>[0]) {
    const application = await createApplication(extra)
    const config = await loadConfig(application.directory, 'development')
    const { launch, close } = await openLaunch({ application, config })
    const news: string[] = []
    const supervisor = createSupervisor({ launch, reports: collect(news), config: config.master })
    return {
      application,
      config,
      supervisor,
      news,
      start: () => supervisor.start(config.servers),
      async [Symbol.asyncDispose]() {
        await supervisor.kill()
        await close()
        await application[Symbol.asyncDispose]()
      },
    }
  }

  test(`${name}: servers that have started are listed with how they do`, async () => {
    await using cluster = await supervise()

    await cluster.start()

    const [front, back] = await cluster.supervisor.list()
    assert.deepEqual(
      [front?.id, front?.type, front?.state, front?.connections],
      ['front-1', 'front', 'running', 0],
    )
    assert.deepEqual(
      [back?.id, back?.type, back?.state, back?.connections],
      ['back-1', 'back', 'running', undefined],
    )
    assert((front?.memoryBytes ?? 0) > 1_000_000)
    assert.deepEqual(cluster.news.sort(), ['back-1 ready', 'front-1 ready'])
  })

  test(`${name}: a server that is stopped frees its port and stays stopped until it is restarted`, async () => {
    await using cluster = await supervise()
    await cluster.start()
    const before = (await cluster.supervisor.list())[0]

    await cluster.supervisor.stop(['front-1'])
    const stopped = await cluster.supervisor.list()
    await assert.rejects(once(connect(cluster.application.port, '127.0.0.1'), 'connect'), {
      code: 'ECONNREFUSED',
    })
    await cluster.supervisor.restart(['front-1'])

    assert.deepEqual(stopped[0], { id: 'front-1', type: 'front', state: 'stopped' })
    const after = (await cluster.supervisor.list())[0]
    assert.equal(after?.state, 'running')
    assert((after?.incarnation ?? 0) > (before?.incarnation ?? 0))
  })

  test(`${name}: a server that is killed stays stopped, and can be started again at once`, async () => {
    await using cluster = await supervise()
    await cluster.start()

    await cluster.supervisor.kill(['front-1'])
    const killed = await states(cluster.supervisor)
    await cluster.supervisor.restart(['front-1'])

    assert.deepEqual(killed, ['stopped', 'running'])
    assert.deepEqual(await states(cluster.supervisor), ['running', 'running'])
    assert.deepEqual(cluster.news.sort(), ['back-1 ready', 'front-1 ready', 'front-1 ready'])
  })

  test(`${name}: a restart of all leaves those stopped that were stopped by name`, async () => {
    await using cluster = await supervise({ back: [{ id: 'back-2' }] })
    await cluster.start()
    await cluster.supervisor.stop(['back-1'])
    await cluster.supervisor.kill(['back-2'])

    await cluster.supervisor.restart()

    assert.deepEqual(await states(cluster.supervisor), ['running', 'stopped', 'stopped'])
    assert.deepEqual(cluster.news.filter((line) => line === 'front-1 ready').length, 2)
  })

  test(`${name}: a server that is added runs with the others, and under the same orders`, async () => {
    await using cluster = await supervise()
    await cluster.start()
    const { supervisor, config } = cluster

    await supervisor.add(parseServerEntry({ id: 'back-2', type: 'back' }, config))
    await supervisor.stop(['back-2'])

    assert.deepEqual(await states(supervisor), ['running', 'running', 'stopped'])
  })

  test(`${name}: of two servers that are added with one id at once, one is`, async () => {
    await using cluster = await supervise()
    await cluster.start()
    const { supervisor, config } = cluster
    const added = parseServerEntry({ id: 'back-2', type: 'back' }, config)

    const outcomes = await Promise.allSettled([supervisor.add(added), supervisor.add({ ...added })])

    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected'],
    )
    assert.deepEqual(await states(supervisor), ['running', 'running', 'running'])
  })

  test(`${name}: a server that cannot start says why, and is forgotten if it was added`, async () => {
    await using cluster = await supervise()
    await cluster.start()
    const { supervisor, config, application } = cluster
    const added = parseServerEntry({ id: 'front-2', type: 'front', clientPort: '1' }, config)

    await assert.rejects(supervisor.add({ ...added, clientPort: application.port }), {
      name: 'SetupError',
      message: new RegExp(`^front-2 cannot start: port 127\\.0\\.0\\.1:${application.port} is in use`),
    })

    assert.deepEqual(await states(supervisor), ['running', 'running'])
  })

  test(`${name}: after all were stopped, nothing starts any more`, async () => {
    await using cluster = await supervise()
    await cluster.start()

    await cluster.supervisor.stop()

    assert.deepEqual(await states(cluster.supervisor), ['stopped', 'stopped'])
    const isGone = (error: ServerError) => error.code === 'GONE'
    await assert.rejects(cluster.supervisor.restart(), isGone)
    const entry = parseServerEntry({ id: 'back-2', type: 'back' }, cluster.config)
    await assert.rejects(cluster.supervisor.add(entry), isGone)
  })

  test(`${name}: a server can be stopped while it starts`, async () => {
    await using cluster = await supervise({ back: [{ id: 'back-2', fault: 'slow' }] })
    const started = assert.rejects(cluster.start())
    await cluster.application.lifeline.said(/^front-1 /)

    await cluster.supervisor.kill(['back-2'])

    await started
    assert.equal((await cluster.supervisor.list())[2]?.state, 'stopped')
  })

  test(`${name}: an order with an id that is unknown is refused as a whole`, async () => {
    await using cluster = await supervise()
    await cluster.start()
    const { supervisor } = cluster
    const refusal = { code: 'NOT_FOUND', message: 'no server back-9: there are front-1, back-1' }

    await assert.rejects(supervisor.stop(['back-1', 'back-9']), refusal)
    await assert.rejects(supervisor.kill(['back-1', 'back-9']), refusal)
    await assert.rejects(supervisor.restart(['back-1', 'back-9']), refusal)

    assert.deepEqual(await states(supervisor), ['running', 'running'])
    assert.equal(cluster.news.length, 2)
  })
}

async function states(supervisor: Supervisor): Promise<string[]> {
  return (await supervisor.list()).map(({ state }) => state)
}

function collect(news: string[]): Reports {
  return {
    ready: ({ id }) => news.push(`${id} ready`),
    died: ({ id }, why) => news.push(`${id} died: ${why}`),
    overdue: ({ id }) => news.push(`${id} overdue`),
  }
}
