/* eslint-disable no-restricted-syntax -- that modules may inherit is what is tested */
import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import fc from 'fast-check'
import { listMethods } from '../../src/dispatch/route-table.ts'

function routesOf(object: object): string[] {
  return [...listMethods(new Map([['module', object]])).keys()].sort()
}

class Base {
  inherited() {
    return 'base'
  }
  overridden() {
    return 'base'
  }
}

class Handler extends Base {
  readonly #secret = 'secret'
  field = () => 'field'
  value = 5
  nothing = undefined
  static ofTheClass() {
    return 'static'
  }
  get property(): () => string {
    throw new Error('a getter is not asked')
  }
  set property(_: () => string) {
    throw new Error('a setter is not asked')
  }
  method() {
    return this.#secret
  }
  async later() {
    return 'later'
  }
  override overridden() {
    return 'own'
  }
  _private() {
    return 'private'
  }
  #hidden() {
    return 'hidden'
  }
  useHidden() {
    return this.#hidden()
  }
  [Symbol.iterator]() {
    return [].values()
  }
}

test('public methods, inherited ones, and fields that hold functions are methods, nothing else is', () => {
  assert.deepEqual(routesOf(new Handler()), [
    'module.field',
    'module.inherited',
    'module.later',
    'module.method',
    'module.overridden',
    'module.useHidden',
  ])
})

test('a method is called on the object that it belongs to', async () => {
  const methods = listMethods(new Map([['module', new Handler()]]))
  const call = (name: string) => methods.get(`module.${name}`)?.()

  assert.equal(call('method'), 'secret')
  assert.equal(call('useHidden'), 'hidden')
  assert.equal(call('field'), 'field')
  assert.equal(await call('later'), 'later')
})

test('the nearest of methods of one name counts', () => {
  const methods = listMethods(new Map([['module', new Handler()]]))

  assert.equal(methods.get('module.overridden')?.(), 'own')
})

test('a field that is no function does not uncover the method below it', () => {
  class Closed extends Base {
    override inherited = undefined as never
  }

  assert.deepEqual(routesOf(new Closed()), ['module.overridden'])
})

test('the methods of plain objects, with or without a prototype, are methods', () => {
  const bare = Object.assign(Object.create(null) as object, { send: () => 1 })

  assert.deepEqual(routesOf({ send: () => 1, _private: () => 2, value: 3 }), ['module.send'])
  assert.deepEqual(routesOf(bare), ['module.send'])
})

test('the methods of an old-style prototype are methods', () => {
  function OldHandler(this: { app: string }) {
    this.app = 'app'
  }
  OldHandler.prototype.send = function (this: { app: string }) {
    return this.app
  }
  const methods = listMethods(new Map([['module', Reflect.construct(OldHandler, []) as object]]))

  assert.deepEqual([...methods.keys()], ['module.send'])
  assert.equal(methods.get('module.send')?.(), 'app')
})

test('what comes with Node is no method, even of a module that extends it', () => {
  class Emitting extends EventEmitter {
    send() {
      return this.listenerCount('sent')
    }
  }
  class Target extends EventTarget {
    send() {
      return this.dispatchEvent(new Event('sent'))
    }
  }

  assert.deepEqual(routesOf(new Emitting()), ['module.send'])
  assert.deepEqual(routesOf(new Target()), ['module.send'])
})

test('what every object inherits is no method', () => {
  const everywhere = new Set(Object.getOwnPropertyNames(Object.prototype))
  for (const object of [{}, new Base(), new Handler(), JSON.parse('{"__proto__":1}') as object])
    for (const route of routesOf(object)) assert.ok(!everywhere.has(route.slice('module.'.length)), route)
})

test('modules are told apart', () => {
  const methods = listMethods(
    new Map([
      ['a', { send: () => 'a' }],
      ['b', { send: () => 'b' }],
    ]),
  )

  assert.deepEqual(
    [...methods].map(([route, method]) => [route, method()]),
    [
      ['a.send', 'a'],
      ['b.send', 'b'],
    ],
  )
})

test('whatever names an object has, a method is a public function of its own', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.oneof(fc.func(fc.nat()), fc.jsonValue())), (object) => {
      const expected = Object.entries(object)
        .filter(([name, value]) => typeof value === 'function' && !name.startsWith('_'))
        .map(([name]) => `module.${name}`)
        .filter((route) => route !== 'module.constructor')

      assert.deepEqual(routesOf(object), expected.sort())
    }),
  )
})
