import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Listeners } from '../src/listeners.ts'

test('a listener that is added twice hears twice, until each is removed', () => {
  const listeners = new Listeners()
  let heard = 0
  const listener = (): void => void heard++
  const undo = listeners.on('move', listener)
  listeners.on('move', listener)

  listeners.emit('move')
  assert.equal(heard, 2)
  undo()
  undo()
  listeners.emit('move')

  assert.equal(heard, 3)
})

test('who listens to an event is settled when it is emitted', () => {
  const listeners = new Listeners()
  const heard: string[] = []
  const undo = listeners.on('move', () => {
    undo()
    listeners.on('move', () => heard.push('late'))
    heard.push('first')
  })
  listeners.on('move', () => heard.push('second'))

  listeners.emit('move')

  assert.deepEqual(heard, ['first', 'second'])
})

test('the names of object members are events like others', () => {
  const listeners = new Listeners()

  listeners.emit('__proto__')
  listeners.emit('constructor')

  assert.deepEqual(listeners.listeners('toString'), [])
})
