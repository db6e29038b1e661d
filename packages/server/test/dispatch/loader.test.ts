import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { findTypes, loadModules } from '../../src/dispatch/loader.ts'
import { listMethods } from '../../src/dispatch/route-table.ts'
import { SetupError } from '../../src/errors.ts'
import { writeApplication } from '../fixtures/application-files.ts'

const app = { name: 'the app' }

/** Loads one handler file and calls its `send`. */
async function callSend(file: string, text: string): Promise<unknown> {
  await using files = await writeApplication({ [`app/servers/chat/handler/${file}`]: text })
  const { handlers } = await loadModules(files.directory, 'chat', app)
  const [name] = handlers.keys()
  return listMethods(handlers).get(`${name ?? ''}.send`)?.()
}

const forms: Record<string, [file: string, text: string]> = {
  'a class': [
    'a.ts',
    'export default class A { #app: { name: string }; constructor(app: { name: string }) { this.#app = app } send() { return this.#app.name } }',
  ],
  'a factory': ['a.mjs', 'export default (app) => ({ send: () => app.name })'],
  'a factory that takes its time': ['a.mjs', 'export default async (app) => ({ send: () => app.name })'],
  'a function that returns an object': [
    'a.mjs',
    'export default function (app) { return { send: () => app.name } }',
  ],
  'an old-style constructor': [
    'a.cjs',
    'function A(app) { this.app = app }; A.prototype.send = function () { return this.app.name }; module.exports = A',
  ],
  "Pomelo's factory": [
    'a.cjs',
    'module.exports = function (app) { return new A(app) }; function A(app) { this.app = app }; A.prototype.send = function () { return this.app.name }',
  ],
  'a default that was compiled to CommonJS': [
    'a.cjs',
    "Object.defineProperty(exports, '__esModule', { value: true }); exports.default = class { constructor(app) { this.app = app } send() { return this.app.name } }",
  ],
  'an object': ['a.mjs', "export default { send: () => 'the app' }"],
  'a CommonJS object': ['a.cjs', "exports.send = () => 'the app'"],
  'a CommonJS object that was compiled from functions': [
    'a.cjs',
    "Object.defineProperty(exports, '__esModule', { value: true }); exports.send = () => 'the app'",
  ],
}
for (const [form, [file, text]] of Object.entries(forms)) {
  test(`a module may be ${form}`, async () => {
    assert.equal(await callSend(file, text), 'the app')
  })
}

test('handlers and remotes are loaded apart, by the names of their files', async () => {
  const module = 'export default class {}'
  await using files = await writeApplication({
    'app/servers/chat/handler/chatHandler.ts': module,
    'app/servers/chat/handler/z.mts': module,
    'app/servers/chat/handler/a.js': module,
    'app/servers/chat/remote/chatRemote.cts': 'module.exports = class {}',
    'app/servers/gate/handler/gateHandler.ts': module,
  })

  const { handlers, remotes } = await loadModules(files.directory, 'chat', app)

  assert.deepEqual([...handlers.keys()], ['a', 'chatHandler', 'z'])
  assert.deepEqual([...remotes.keys()], ['chatRemote'])
})

test('what is no module is left alone: declarations, tests, hidden files, data', async () => {
  const broken = 'throw new Error("loaded")'
  await using files = await writeApplication({
    'app/servers/chat/handler/chat.js': 'export default class {}',
    'app/servers/chat/handler/chat.d.ts': broken,
    'app/servers/chat/handler/chat.d.mts': broken,
    'app/servers/chat/handler/chat.test.ts': broken,
    'app/servers/chat/handler/.hidden.js': broken,
    'app/servers/chat/handler/words.json': '[]',
    'app/servers/chat/handler/README.md': '',
  })

  const { handlers } = await loadModules(files.directory, 'chat', app)

  assert.deepEqual([...handlers.keys()], ['chat'])
})

test('a type may have handlers only, remotes only, or an empty folder', async () => {
  await using files = await writeApplication({
    'app/servers/a/handler/x.js': 'export default class {}',
    'app/servers/b/remote/x.js': 'export default class {}',
    'app/servers/c/.keep': '',
  })
  const counts = async (type: string) => {
    const { handlers, remotes } = await loadModules(files.directory, type, app)
    return [handlers.size, remotes.size]
  }

  assert.deepEqual(await Promise.all(['a', 'b', 'c'].map(counts)), [
    [1, 0],
    [0, 1],
    [0, 0],
  ])
})

test('a type without a folder is a mistake that names the folder', async () => {
  await using files = await writeApplication({ 'app/servers/chat/.keep': '' })

  await assert.rejects(loadModules(files.directory, 'caht', app), {
    name: 'SetupError',
    message: `no folder ${join('app', 'servers', 'caht')}: a server of type caht has nothing to serve`,
  })
})

for (const [misspelt, meant] of [
  ['handlers', 'handler'],
  ['Handler', 'handler'],
  ['remotes', 'remote'],
  ['reomte', 'remote'],
] as const) {
  test(`a folder ${misspelt} in place of ${meant} is a mistake that names both`, async () => {
    await using files = await writeApplication({
      [`app/servers/chat/${misspelt}/chat.js`]: 'export default class {}',
    })

    await assert.rejects(loadModules(files.directory, 'chat', app), {
      name: 'SetupError',
      message: `${join('app', 'servers', 'chat', misspelt)}: unknown folder, expected "${meant}"`,
    })
  })
}

test('other folders may lie in that of a type, and beside handler and remote any', async () => {
  const broken = 'throw new Error("loaded")'
  await using files = await writeApplication({
    'app/servers/a/filter/x.js': broken,
    'app/servers/a/rooms/x.js': broken,
    'app/servers/b/handler/x.js': 'export default class {}',
    'app/servers/b/handlers/x.js': broken,
  })

  assert.equal((await loadModules(files.directory, 'a', app)).handlers.size, 0)
  assert.equal((await loadModules(files.directory, 'b', app)).handlers.size, 1)
})

for (const [what, text, why] of [
  ['that throws', 'throw new Error("no database")', 'no database'],
  ['that throws no error', 'throw "a text"', 'a text'],
  ['that does not parse', 'export default class {', ''],
  ['that imports what is not there', 'import "./nothing.js"', 'nothing.js'],
  [
    'whose class throws',
    'export default class { constructor() { throw new Error("no database") } }',
    'no database',
  ],
  [
    'that exports by name only',
    'export const send = () => undefined',
    'it has no default export, and what it exports by name is not served',
  ],
  ['that exports nothing', 'export {}', 'it has no default export'],
  ['that exports a text', 'export default "text"', 'its default export is no class, function or object'],
  ['that exports null', 'export default null', 'its default export is no class, function or object'],
  ['whose factory rejects', 'export default async () => { throw new Error("no database") }', 'no database'],
  ['whose factory makes nothing', 'export default () => undefined', 'its factory makes no object'],
  ['whose factory makes a text', 'export default () => "text"', 'its factory makes no object'],
] as const) {
  test(`a module ${what} is a mistake that names its file`, async () => {
    await using files = await writeApplication({ 'app/servers/chat/handler/chatHandler.js': text })

    await assert.rejects(loadModules(files.directory, 'chat', app), (error) => {
      assert.ok(error instanceof SetupError)
      assert.ok(error.message.includes(join('chat', 'handler', 'chatHandler.js does not load: ')))
      assert.ok(error.message.includes(why), error.message)
      assert.notEqual(error.cause, undefined)
      return true
    })
  })
}

test('two files of one module are a mistake that names both', async () => {
  await using files = await writeApplication({
    'app/servers/chat/remote/chat.js': 'export default class {}',
    'app/servers/chat/remote/chat.ts': 'export default class {}',
  })

  await assert.rejects(loadModules(files.directory, 'chat', app), {
    name: 'SetupError',
    message: `${join(files.directory, 'app/servers/chat/remote')}: chat.js and chat.ts are both the module chat`,
  })
})

test('the types are the folders, in order, and no other entries', async () => {
  await using files = await writeApplication({
    'app/servers/gate/handler/x.js': '',
    'app/servers/chat/handler/x.js': '',
    'app/servers/README.md': '',
    'app/servers/.DS_Store': '',
  })

  assert.deepEqual(await findTypes(files.directory), ['chat', 'gate'])
  assert.deepEqual(await findTypes(join(files.directory, 'app')), [])
})
