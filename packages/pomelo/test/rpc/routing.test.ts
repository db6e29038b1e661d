import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Application } from '../../src/application/application.ts'
import { createRouting } from '../../src/rpc/routing.ts'

const message = { namespace: 'user', service: 's', method: 'm', args: [] }

/** Resolves with what a route function, or the want of one, chooses for a type. */
function choose(app: Application, serverType: string): Promise<[Error | undefined, string]> {
  return new Promise((resolve) =>
    createRouting(app, () => 0)(serverType, undefined, message, (...choice) => resolve(choice)),
  )
}

test('the route function of a type chooses, or else that of default', async () => {
  const app = new Application()
  const choosing = (id: string) => (_param: unknown, _msg: unknown, _app: unknown, next: Next) =>
    next(null, id)
  app.route('chat', choosing('chat-2'))
  app.route('default', choosing('any-1'))

  assert.deepEqual(await choose(app, 'chat'), [undefined, 'chat-2'])
  assert.deepEqual(await choose(app, 'area'), [undefined, 'any-1'])
})

type Next = (error: unknown, id: string) => void

for (const type of ['constructor', 'toString', '__proto__']) {
  test(`no server is of the type ${type}, which every object has`, async () => {
    const app = new Application()
    app.route('chat', () => undefined)

    const [error] = await choose(app, type)

    assert.match(String(error), /can not find server/)
    assert.equal(app.getServersByType(type), undefined)
    assert.equal(app.getServerById(type), undefined)
  })
}

test('a route function that calls nothing back, or rejects, refuses the call', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const app = new Application()
  app.set('proxyConfig', { timeout: 5_000 })
  app.route('silent', () => undefined)
  app.route('broken', () => Promise.reject(new Error('oops')))

  const silent = choose(app, 'silent')
  t.mock.timers.tick(5_000)

  assert.match(String((await silent)[0]), /silent chose nothing within 5000 ms/)
  assert.match(String((await choose(app, 'broken'))[0]), /oops/)
})
