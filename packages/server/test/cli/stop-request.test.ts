import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { createApplication } from './test-application.ts'
import type { TestApplication } from './test-application.ts'

function assertNothingLeft({ runtimeFolder }: TestApplication): void {
  assert.equal(existsSync(runtimeFolder), false)
}

for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) {
  test(`${signal} to all processes of a terminal stops frontends, then back ends, then the master`, async () => {
    await using application = await createApplication()
    const master = await application.start().ready()

    master.signalGroup(signal)

    assert.equal(await master.ended(), 0)
    await application.lifeline.empty()
    assertNothingLeft(application)
    assert.doesNotMatch(master.output, /died/)
    const stopped = application.lifeline.heard.filter((line) => line.endsWith('stopped'))
    // each server takes SIGTERM as an order of its own
    assert.deepEqual(signal === 'SIGTERM' ? stopped.sort().toReversed() : stopped, [
      'front-1 stopped',
      'back-1 stopped',
    ])
  })
}

test('a signal while servers start ends them too, and is no failure', async () => {
  await using application = await createApplication({ back: [{ id: 'back-2', fault: 'slow' }] })
  const master = application.start()
  await master.printed(/^front-1/m)

  master.signalGroup('SIGINT')

  assert.equal(await master.ended(), 0)
  await application.lifeline.empty()
  assertNothingLeft(application)
})

test('a server that does not stop is killed in time', async () => {
  await using application = await createApplication({ back: [{ id: 'back-2', fault: 'deaf' }] })
  await application.write('config/master.json', { stopTimeoutMs: 500 })
  const master = await application.start().ready()

  master.signal('SIGTERM')

  assert.equal(await master.ended(), 0)
  assert.match(master.output, /^back-2 takes too long to stop and is killed$/m)
  await application.lifeline.empty()
  assertNothingLeft(application)
})

test('a second Ctrl-C kills at once what the master waits for', async () => {
  await using application = await createApplication({ back: [{ id: 'back-2', fault: 'deaf' }] })
  await application.write('config/master.json', { stopTimeoutMs: 3_600_000 })
  const master = await application.start().ready()

  master.signalGroup('SIGINT')
  await master.printed(/^still stopping: back-2$/m)
  master.signalGroup('SIGINT')

  assert.equal(await master.ended(), 0)
  await application.lifeline.empty()
  assertNothingLeft(application)
})
