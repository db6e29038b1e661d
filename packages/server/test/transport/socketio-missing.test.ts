import assert from 'node:assert/strict'
import { registerHooks } from 'node:module'
import { test } from 'node:test'
import { startListening } from '../fixtures/listening.ts'

// a file of its own: what a process has imported it does not look for again

test('a frontend for clients of Socket.IO says what it needs, where that is not installed', async () => {
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      if (specifier !== 'socket.io') return next(specifier, context)
      throw Object.assign(new Error(`cannot find package ${specifier}`), { code: 'ERR_MODULE_NOT_FOUND' })
    },
  })

  await assert.rejects(startListening({ connector: { socketio: true } }), {
    name: 'SetupError',
    message: 'socketio needs a package of its own: npm install socket.io',
  })
  hooks.deregister()
})
