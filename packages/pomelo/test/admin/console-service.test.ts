import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConsoleService } from '../../src/admin/console-service.ts'

/** Resolves with what executing a handler calls back with. */
function execute(service: ConsoleService, moduleId: string, msg?: unknown): Promise<unknown[]> {
  return new Promise((resolve) =>
    service.execute(moduleId, 'clientHandler', msg, (...args: unknown[]) => resolve(args)),
  )
}

test('a module is asked while it is enabled', async () => {
  const service = new ConsoleService(true)
  service.agent = 'agent'
  service.register('probe', {
    clientHandler: (agent: unknown, msg: unknown, callback: (...args: unknown[]) => void) =>
      callback(null, [agent, msg]),
  })

  assert.deepEqual(await execute(service, 'probe'), ['module probe is disable'])
  assert.equal(service.enable('probe'), true)
  assert.equal(service.enable('probe'), false)
  assert.deepEqual(await execute(service, 'probe', 'hello'), [null, ['agent', 'hello']])
  assert.equal(service.disable('probe'), true)
  assert.deepEqual(await execute(service, 'probe'), ['module probe is disable'])
})

test('a module that is not there, cannot do it or throws calls back with why', async () => {
  const service = new ConsoleService(true)
  service.register('empty', {})
  service.register('broken', {
    clientHandler() {
      throw new Error('oops')
    },
  })
  service.start()

  assert.deepEqual(await execute(service, 'nobody'), ['unknown moduleId:nobody'])
  assert.deepEqual(await execute(service, 'constructor'), ['unknown moduleId:constructor'])
  assert.match(String((await execute(service, 'empty'))[0]), /does? not have|dose not have/)
  assert.equal(String((await execute(service, 'broken'))[0]), 'Error: oops')
})

for (const [type, isMaster, method] of [
  ['pull', true, 'masterHandler'],
  ['push', false, 'monitorHandler'],
] as const) {
  test(`a module that is to ${type} is called by the ${isMaster ? 'master' : 'servers'}, by the clock`, (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
    const calls: unknown[] = []
    const register = (service: ConsoleService) => {
      service.register('clock', {
        type,
        interval: 2,
        delay: 1,
        [method]: (_: unknown, msg: unknown) => calls.push(msg),
      })
      service.start()
      return service
    }
    const service = register(new ConsoleService(isMaster))
    register(new ConsoleService(!isMaster))

    t.mock.timers.tick(999)
    assert.equal(calls.length, 0)
    t.mock.timers.tick(1)
    assert.deepEqual(calls, [undefined])
    t.mock.timers.tick(4_000)
    assert.equal(calls.length, 3)
    service.stop()
    t.mock.timers.tick(4_000)
    assert.equal(calls.length, 3)
  })
}

test('a module whose interval is no number is refused', () => {
  const service = new ConsoleService(true)

  assert.throws(() => service.register('clock', { type: 'pull', interval: '5s' }), /clock has an interval/)
  assert.throws(() => service.register('clock', { type: 'pull', interval: 5, delay: {} }), /clock has an/)
  service.register('clock', { type: 'pull', interval: '5' })
})

test('what every object has is no module, and cannot be enabled', () => {
  const service = new ConsoleService(true)

  assert.equal(service.enable('__proto__'), false)
  assert.equal(service.disable('__proto__'), false)
  assert.equal('enable' in {}, false)
})
