import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientAddresses } from '../../src/dispatch/client-addresses.ts'
import { rendezvous } from '../../src/dispatch/router.ts'
import type { ServerInfo } from '../../src/server-info.ts'
import { infoOf } from '../cluster/network.ts'

const connectors: readonly ServerInfo[] = [1, 2, 3, 4, 5].map((n) => ({
  ...infoOf(`connector-${n}`),
  host: `host-${n}`,
  clientPort: 3050 + n,
}))

const uids = Array.from({ length: 200 }, (_, n) => `user${n}`)

test('a user is sent to the connector that the uid belongs to, and else to two others', () => {
  for (const uid of uids) {
    const addresses = clientAddresses(uid, connectors)

    const { host, clientPort } = rendezvous(uid, connectors)
    assert.deepEqual(addresses[0], { host, port: clientPort })
    assert.equal(new Set(addresses.map(({ port }) => port)).size, 3)
  }
})

test('the second is the one that the uid belongs to when the first is gone', () => {
  for (const uid of uids) {
    const [first, second] = clientAddresses(uid, connectors)
    const left = connectors.filter(({ clientPort }) => clientPort !== first.port)

    assert.deepEqual(clientAddresses(uid, left)[0], second)
  }
})

test('the users of one connector are told different others', () => {
  const seconds = uids
    .map((uid) => clientAddresses(uid, connectors))
    .filter(([first]) => first.port === 3051)
    .map(([, second]) => second?.port)

  assert.equal(new Set(seconds).size, 4)
})

test('as many are named as are wanted, or as there are', () => {
  assert.equal(clientAddresses('ada', connectors, 1).length, 1)
  assert.equal(clientAddresses('ada', connectors, 10).length, 5)
})

test('one without a port for clients is never named', () => {
  const mistaken = infoOf('connector-6')

  for (const uid of uids) {
    for (const { port } of clientAddresses(uid, [...connectors, mistaken], 10)) assert.ok(port > 3050)
  }
  assert.throws(() => clientAddresses('ada', [mistaken]), { code: 'NO_SERVER' })
})

test('when nobody is there the client is told so', () => {
  assert.throws(() => clientAddresses('ada', []), { code: 'NO_SERVER' })
})
