import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderMessage } from '../../src/load/template.ts'

const values = { n: 7, room: 2, run: 'abc' }

test('placeholders in strings of any depth are replaced', () => {
  const message = { name: 'ada{run}{n}', list: ['r{room}', 3, null], pad: '{pad:4}', at: '{t};' }

  const text = renderMessage(message, values).toString()

  assert.equal(text, '{"name":"adaabc7","list":["r2",3,null],"pad":"xxxx","at":"t=0000000000000000;"}')
})

test('braces that hold no word are left alone', () => {
  assert.equal(renderMessage('{} {a b} {', values).toString(), '"{} {a b} {"')
})

test('an unknown placeholder is refused', () => {
  assert.throws(() => renderMessage({ name: '{user}' }, values), {
    name: 'LoadError',
    message: /^unknown placeholder \{user\}/,
  })
})
