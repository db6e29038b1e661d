import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mistake } from '../../src/config/mistake.ts'

test('a mistake names the file, the path in it, what belongs there and what is there', () => {
  const place = { file: 'config/x.json', path: ['production', 'chat', 0, 'max-size'] }

  const error = mistake(place, 'a number', 'many')

  assert.equal(error.message, 'config/x.json: production.chat[0].max-size: expected a number, got "many"')
})

test('a mistake in the file as a whole names no path', () => {
  assert.equal(
    mistake({ file: 'x.json', path: [] }, 'an object', null).message,
    'x.json: expected an object, got null',
  )
})

test('a key that is no name is quoted', () => {
  const error = mistake({ file: 'x.json', path: ['a', 'b.c\n'] }, 'a number', true)

  assert.equal(error.message, 'x.json: a["b.c\\n"]: expected a number, got true')
})

test('what is there is shown in brief', () => {
  const got = (value: unknown) =>
    mistake({ file: 'x', path: [] }, 'y', value).message.replace('x: expected y, got ', '')

  assert.equal(got(undefined), 'nothing')
  assert.equal(got([1, 2]), 'an array')
  assert.equal(got({ a: 1 }), 'an object')
  assert.equal(got('two\nlines'), '"two\\nlines"')
  assert.equal(got('a'.repeat(1000)), `"${'a'.repeat(58)}…`)
})
