import assert from 'node:assert/strict'
import { hostname, networkInterfaces } from 'node:os'
import { test } from 'node:test'
import { describePlaces, findPlaces } from '../../src/cli/hosts.ts'
import type { ServerEntry } from '../../src/config/config.ts'

function entry(id: string, host: string): ServerEntry {
  return { id, type: 'chat', host, clientHost: host, frontend: false, args: [], settings: {} }
}

const idsOf = (entries: readonly ServerEntry[]) => entries.map(({ id }) => id)

test('a server is here when its host is the name of this machine or one of its addresses', () => {
  const addresses = Object.values(networkInterfaces()).flatMap((all = []) =>
    all.map(({ address }) => address),
  )
  const own = [hostname(), hostname().toUpperCase(), 'localhost', '0.0.0.0', ...addresses]
  const others = ['203.0.113.1', 'elsewhere.example', `${hostname()}.example`]

  const { here, elsewhere } = findPlaces(
    [...own, ...others].map((host) => entry(host, host)),
    undefined,
  )

  assert.deepEqual(idsOf(here), own)
  assert.deepEqual(idsOf(elsewhere), others)
})

test('hosts that are named are meant instead', () => {
  const entries = [entry('chat-1', 'localhost'), entry('chat-2', 'b'), entry('chat-3', 'c')]

  const { here, elsewhere } = findPlaces(entries, 'b,c')

  assert.deepEqual(idsOf(here), ['chat-2', 'chat-3'])
  assert.deepEqual(idsOf(elsewhere), ['chat-1'])
})

test('blanks around hosts that are named do no harm', () => {
  const entries = [entry('chat-1', '10.0.0.1'), entry('chat-2', '10.0.0.2')]

  assert.deepEqual(idsOf(findPlaces(entries, '10.0.0.1, 10.0.0.2').here), ['chat-1', 'chat-2'])
})

test("a host that is named and is no server's is refused, with the one that was meant", () => {
  const entries = [entry('chat-1', 'one.example'), entry('chat-2', 'two.example')]

  assert.throws(() => findPlaces(entries, 'one.example,tow.example'), {
    name: 'SetupError',
    message: '--hosts: no server is on "tow.example", expected "two.example"',
  })
})

test('places are described host by host', () => {
  const entries = [entry('chat-1', 'a'), entry('chat-2', 'b'), entry('gate-1', 'a')]

  assert.equal(describePlaces(entries), 'chat-1, gate-1 on a; chat-2 on b')
})

test('where no server is on this machine, it is said where they are', () => {
  assert.throws(() => findPlaces([entry('chat-1', '203.0.113.1')], undefined), {
    name: 'SetupError',
    message:
      /^config\/servers\.json: no server is on .*, but on 203\.0\.113\.1: name the host that is meant with --hosts$/,
  })
})
