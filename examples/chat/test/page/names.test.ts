import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nameProblem } from '../../web-server/page/names.ts'

test('letters, digits, _ and Chinese make a name', () => {
  for (const name of ['ada', 'Ada_99', '王小明', '李_2', 'a'.repeat(20), '王'.repeat(20)]) {
    assert.equal(nameProblem(name), undefined, name)
  }
})

test('an empty name is to be filled in', () => {
  assert.equal(nameProblem(''), 'Fill this in.')
})

test('a name of more than 20 characters is too long', () => {
  assert.equal(nameProblem('a'.repeat(21)), 'At most 20 characters.')
})

test('anything else in a name is refused, the target that means everyone too', () => {
  for (const name of ['*', 'a b', 'a*b', '<b>', 'a-b', '😀', 'a\n', '"', '.']) {
    assert.equal(nameProblem(name), 'Letters, digits and _ only.', name)
  }
})
