import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseArguments } from '../../src/config/arguments.ts'

test('what follows the main file is keys and values; what is numeric and has no dot is a number', () => {
  const argv = ['node', '/app/app.js', 'id=chat-1', 'port=3050', 'ratio=1.5', 'big=1e3', 'empty=', 'eq=a=b']

  assert.deepEqual(parseArguments(argv), {
    main: '/app/app.js',
    id: 'chat-1',
    port: 3050,
    ratio: '1.5',
    big: 1000,
    empty: 0,
    eq: 'a=b',
  })
})

test('options of Node before the main file are passed over', () => {
  const argv = ['node', '--inspect', '--stack-size=100', '/app/app.js', 'id=chat-1']

  assert.deepEqual(parseArguments(argv), { main: '/app/app.js', id: 'chat-1' })
})

test('a word without a key is passed over', () => {
  assert.deepEqual(parseArguments(['node', 'app.js', 'start', '=x']), { main: 'app.js' })
})
