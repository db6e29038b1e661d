import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearest } from '../../src/config/nearest.ts'

const known = ['maxBodyBytes', 'maxBacklogBytes', 'dictionary']

test('a name with a slip of the pen is recognized', () => {
  assert.equal(nearest('maxBodyByte', known), '"maxBodyBytes"')
  assert.equal(nearest('MAXBACKLOGBYTES', known), '"maxBacklogBytes"')
  assert.equal(nearest('dictoinary', known), '"dictionary"')
})

test('a name unlike any is answered with all that there are', () => {
  assert.equal(nearest('colour', known), 'one of maxBodyBytes, maxBacklogBytes, dictionary')
})
