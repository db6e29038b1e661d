import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeSnapshot, encodeSnapshot } from '../../src/session/snapshot.ts'

test('a snapshot is the JSON of what a session is', () => {
  const snapshot = { id: 7, frontendId: 'front-1', incarnation: 3, uid: 'ada', state: { room: 'lobby' } }

  assert.equal(encodeSnapshot(snapshot), '[7,"front-1",3,"ada",{"room":"lobby"}]')
})

test('every snapshot comes back', () => {
  const snapshots = fc.record({
    id: fc.nat(),
    frontendId: fc.string(),
    incarnation: fc.maxSafeNat(),
    uid: fc.option(fc.string()),
    state: fc.dictionary(fc.string(), fc.jsonValue()),
  })
  fc.assert(
    fc.property(snapshots, (snapshot) => {
      const decoded = decodeSnapshot(encodeSnapshot(snapshot))

      // JSON has one zero, and gives every object a prototype
      assert.deepEqual(decoded, JSON.parse(JSON.stringify(snapshot)))
    }),
  )
})
