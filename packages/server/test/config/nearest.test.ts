import assert from 'node:assert/strict'
import { test } from 'node:test'
import { closest, nearest } from '../../src/config/nearest.ts'

const known = ['maxBodyBytes', 'maxBacklogBytes', 'dictionary']

test('a name with a slip of the pen is recognized', () => {
  assert.equal(nearest('maxBodyByte', known), '"maxBodyBytes"')
  assert.equal(nearest('MAXBACKLOGBYTES', known), '"maxBacklogBytes"')
  assert.equal(nearest('dictoinary', known), '"dictionary"')
})

test('a name unlike any is answered with all that there are', () => {
  assert.equal(nearest('colour', known), 'one of maxBodyBytes, maxBacklogBytes, dictionary')
})

test('two letters in the wrong order are one slip, also in a short name', () => {
  assert.equal(closest('nast', ['nats']), 'nats')
  assert.equal(closest('anst', ['nats']), undefined)
})

test('what differs in more letters than allowed is another name', () => {
  assert.equal(closest('playerCount', ['clusterCount']), 'clusterCount')
  assert.equal(closest('playerCount', ['clusterCount'], 2), undefined)
})
