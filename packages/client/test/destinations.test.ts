import { closeReasons } from '@shaddock/protocol'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Address, Asking } from '../src/address.ts'
import { Destinations } from '../src/destinations.ts'
import { ConnectionError, RequestError } from '../src/errors.ts'

const asking: Asking = { signal: new AbortController().signal }

test('of several addresses the best one is tried, and again when it has been reached', async () => {
  const destinations = new Destinations(['ws://a', { host: 'b', port: 1 }])

  assert.equal(await destinations.next(asking), 'ws://a')
  destinations.reached()
  assert.equal(await destinations.next(asking), 'ws://a')
})

test('one that failed is tried again after the others, and then all anew', async () => {
  const destinations = new Destinations(['ws://a', 'ws://b', 'ws://c'])

  const tried: string[] = []
  for (let attempt = 0; attempt < 7; attempt++) {
    const url = await destinations.next(asking)
    tried.push(url)
    destinations.failed(url)
  }

  assert.deepEqual(tried, ['ws://a', 'ws://b', 'ws://c', 'ws://a', 'ws://b', 'ws://c', 'ws://a'])
})

test('what failed before a connection was made is as good as the others when that is lost', async () => {
  const destinations = new Destinations(['ws://a', 'ws://b'])
  destinations.failed('ws://a')
  destinations.reached()

  destinations.failed('ws://b')

  assert.equal(await destinations.next(asking), 'ws://a')
})

test('a function is asked before every attempt, and told with what', async () => {
  const asked: Asking[] = []
  const answers: Address[] = ['ws://a', 'ws://b']
  const destinations = new Destinations((asking) => {
    asked.push(asking)
    return answers.shift()!
  })

  assert.equal(await destinations.next(asking), 'ws://a')
  assert.equal(await destinations.next(asking), 'ws://b')
  assert.deepEqual(asked, [asking, asking])
})

test('what failed is forgotten when it is named no more', async () => {
  const answers = [['ws://a'], ['ws://b'], ['ws://a', 'ws://b']]
  const destinations = new Destinations(() => answers.shift()!)
  destinations.failed(await destinations.next(asking))
  await destinations.next(asking)

  assert.equal(await destinations.next(asking), 'ws://a')
})

test('when the function fails, what it returned the last time is tried', async () => {
  const answers = [['ws://a', 'ws://b'], new Error('no network'), new Error('no network')]
  const destinations = new Destinations(async () => {
    const answer = answers.shift()!
    if (answer instanceof Error) throw answer
    return answer
  })
  assert.equal(await destinations.next(asking), 'ws://a')

  assert.equal(await destinations.next(asking), 'ws://a')
  destinations.failed('ws://a')
  assert.equal(await destinations.next(asking), 'ws://b')
})

test('when it has never returned any, its failure is all there is', async () => {
  const destinations = new Destinations(() => Promise.reject(new Error('no network')))

  await assert.rejects(destinations.next(asking), { message: 'no network' })
})

for (const [what, error] of [
  ['a refusal of the gate', new RequestError(503, 'no connector', { code: 503 })],
  ['a gate that says when to come back', new ConnectionError('busy', { ...closeReasons.busy, retryMs: 500 })],
  ['a gate that refuses the client', new ConnectionError('refused', closeReasons.refused)],
] as const) {
  test(`${what} is an answer, which nothing replaces`, async () => {
    const answers = ['ws://a', error]
    const destinations = new Destinations(async () => {
      const answer = answers.shift()!
      if (answer instanceof Error) throw answer
      return answer
    })
    await destinations.next(asking)

    await assert.rejects(destinations.next(asking), error)
  })
}

for (const error of [
  new RequestError(408, 'no answer'),
  new RequestError(503, 'connection ended'),
  new ConnectionError('lost', closeReasons.lost),
]) {
  test(`a gate that gives no answer (${error.message}) is as good as none`, async () => {
    const answers = ['ws://a', error]
    const destinations = new Destinations(async () => {
      const answer = answers.shift()!
      if (answer instanceof Error) throw answer
      return answer
    })
    await destinations.next(asking)

    assert.equal(await destinations.next(asking), 'ws://a')
  })
}

test('an empty list is a mistake that says so', async () => {
  await assert.rejects(new Destinations([]).next(asking), RangeError)
})
