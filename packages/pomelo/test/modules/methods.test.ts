import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import { methodNames, methodOf } from '../../src/modules/methods.ts'

test('methods of prototypes, of classes and of objects can be called', () => {
  function Old() {
    // as they were made
  }
  Old.prototype.say = () => 'old'
  class Young {
    say() {
      return 'young'
    }
  }

  for (const object of [Reflect.construct(Old, []) as object, new Young(), { say: () => 'object' }]) {
    assert.equal(typeof methodOf(object, 'say'), 'function')
    assert.deepEqual(methodNames(object), ['say'])
  }
})

test('what all objects and all emitters have, the constructor, and what is no function cannot', () => {
  const emitter = Object.assign(new EventEmitter(), { value: 1 })

  for (const name of [
    'constructor',
    'toString',
    'hasOwnProperty',
    '__proto__',
    'emit',
    'on',
    'value',
    '_events',
  ])
    assert.equal(methodOf(emitter, name), undefined, name)
})

test('a name hides what is below it', () => {
  class Base {
    say() {
      return 'base'
    }
  }
  const object = Object.assign(new Base(), { say: undefined })

  assert.equal(methodOf(object, 'say'), undefined)
})
