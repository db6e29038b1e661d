import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { Lifecycle } from '../src/lifecycle.ts'

test('what started last stops first, one step after the other', async () => {
  const lifecycle = new Lifecycle()
  const seen: string[] = []
  for (const name of ['bus', 'rpc', 'transport']) {
    lifecycle.onStop(name, async () => {
      seen.push(`${name} stops`)
      await Promise.resolve()
      seen.push(`${name} stopped`)
    })
  }

  await lifecycle.stop()

  assert.deepEqual(seen, [
    'transport stops',
    'transport stopped',
    'rpc stops',
    'rpc stopped',
    'bus stops',
    'bus stopped',
  ])
})

test('a step that fails, at once or later, keeps no other from running', async () => {
  const lifecycle = new Lifecycle()
  const seen: string[] = []
  const cause = new Error('link lost')
  lifecycle.onStop('bus', () => Promise.reject(cause))
  lifecycle.onStop('rpc', () => void seen.push('rpc'))
  lifecycle.onStop('plugin', () => {
    throw new Error('not ready')
  })

  const error: unknown = await lifecycle.stop().catch((reason: unknown) => reason)

  assert.ok(error instanceof AggregateError)
  assert.equal(error.message, 'could not stop plugin: not ready; bus: link lost')
  assert.deepEqual(seen, ['rpc'])
  assert.equal((error.errors as Error[])[1]?.cause, cause)
})

test('a step that never ends is given up at its deadline', async () => {
  const lifecycle = new Lifecycle({ stepTimeoutMs: 1 })
  let stopped = false
  lifecycle.onStop('bus', () => void (stopped = true))
  lifecycle.onStop('plugin', () => new Promise(() => {}))

  await assert.rejects(lifecycle.stop(), {
    name: 'AggregateError',
    message: 'could not stop plugin: still busy after 1 ms',
  })
  assert.ok(stopped)
})

test('a second stop is the first', async () => {
  const lifecycle = new Lifecycle()
  let stops = 0
  lifecycle.onStop('bus', () => void stops++)

  const first = lifecycle.stop()

  assert.equal(lifecycle.stop(), first)
  await first
  assert.equal(lifecycle.stop(), first)
  assert.equal(stops, 1)
})

test('what starts during the stop is stopped at once, and waited for', async () => {
  const lifecycle = new Lifecycle()
  const seen: string[] = []
  lifecycle.onStop('bus', () => void seen.push('bus'))
  lifecycle.onStop('plugin', () => {
    lifecycle.onStop('late', async () => {
      seen.push('late')
      await Promise.resolve()
      throw new Error('too late')
    })
    seen.push('plugin')
  })

  await assert.rejects(lifecycle.stop(), { message: 'could not stop late: too late' })

  assert.deepEqual(seen, ['late', 'plugin', 'bus'])
})

test('what starts after the stop is stopped at once, and its failure is a warning', async () => {
  const lifecycle = new Lifecycle()
  await lifecycle.stop()
  const warned = once(process, 'warning')

  let stopped = false
  lifecycle.onStop('late', () => {
    stopped = true
    throw new Error('nobody waits')
  })

  assert.ok(stopped)
  const [warning] = (await warned) as [Error]
  assert.equal(warning.message, 'late: nobody waits')
})

test('nothing to stop is stopped', async () => {
  await new Lifecycle().stop()
})
