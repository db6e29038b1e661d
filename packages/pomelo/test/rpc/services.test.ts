import assert from 'node:assert/strict'
import { test } from 'node:test'
import { promising, RpcServices } from '../../src/rpc/services.ts'

const message = { namespace: 'user', service: 'probe', method: 'run', args: [] }

/** What serves one remote, with one method. */
function serving(run: (callback: (...args: unknown[]) => void) => unknown): RpcServices {
  const services = new RpcServices()
  services.add('user', { name: 'probe', object: { run }, isNative: false })
  return services
}

test('an asynchronous remote that throws calls back with that', async () => {
  const remote = () => Promise.reject(new Error('oops'))

  const [error] = await serving(remote).run(message, true)
  const promised = promising({ name: 'probe', object: { run: remote }, isNative: false }, ['run'])

  assert.equal((error as Error).message, 'oops')
  await assert.rejects((promised as { run(): Promise<void> }).run(), /oops/)
})

test('what a callback throws is its own, and does not call it again', () => {
  const outcomes: unknown[][] = []
  const services = serving((callback) => callback(null, 'done'))

  assert.throws(
    () =>
      services.call(message, (...outcome: unknown[]) => {
        outcomes.push(outcome)
        throw new Error('mine')
      }),
    /mine/,
  )

  assert.deepEqual(outcomes, [[null, 'done']])
})

test('a remote that calls back twice is heard once', () => {
  const outcomes: unknown[][] = []
  const services = serving((callback) => {
    callback(null, 'first')
    callback(null, 'second')
  })

  services.call(message, (...outcome: unknown[]) => outcomes.push(outcome))

  assert.deepEqual(outcomes, [[null, 'first']])
})
