import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadModules } from '../../src/modules/loader.ts'
import { writeApplication } from '../fixtures/application-files.ts'

const context = { app: { name: 'pomelo' }, native: { name: 'shaddock' } }

async function load(files: Readonly<Record<string, string>>) {
  await using written = await writeApplication(files)
  return loadModules(join(written.directory, 'handler'), context)
}

test('factories, objects and classes are made with the application, by the name of their file or their own', async () => {
  const modules = await load({
    'handler/factory.js': 'module.exports = function (app) { return { app: app } }',
    'handler/object.js': 'exports.say = function () {}',
    'handler/class.js': 'module.exports = class { constructor(app) { this.app = app } }',
    'handler/named.js': "module.exports = { name: 'other' }",
    'handler/a.b.js': 'module.exports = {}',
  })

  assert.deepEqual(modules.map(({ name }) => name).sort(), ['a.b', 'class', 'factory', 'object', 'other'])
  const appOf = (name: string) =>
    (modules.find((module) => module.name === name)?.object as { app?: unknown }).app
  assert.equal(appOf('factory'), context.app)
  assert.equal(appOf('class'), context.app)
  assert.ok(modules.every(({ isNative }) => !isNative))
})

test('a module runs in sloppy mode: what it does not declare is global', async () => {
  await load({ 'handler/a.js': 'module.exports = function () { undeclaredByHandler = 1; return {} }' })

  const globals = globalThis as { undeclaredByHandler?: number }
  assert.equal(globals.undeclaredByHandler, 1)
  delete globals.undeclaredByHandler
})

test('a module with a default export is made with Shaddock, in TypeScript too', async () => {
  const modules = await load({
    'handler/typed.ts': 'export default class { app: object; constructor(app: object) { this.app = app } }',
    'handler/module.mjs': 'export default (app) => ({ app })',
    'handler/compiled.js':
      "Object.defineProperty(exports, '__esModule', { value: true }); exports.default = class { constructor(app) { this.app = app } }",
  })

  assert.equal(modules.length, 3)
  assert.ok(modules.every(({ isNative }) => isNative))
  for (const { name, object } of modules)
    assert.equal((object as { app?: unknown }).app, context.native, name)
})

for (const [file, text] of [
  ['named.ts', 'export class Named { say() {} }'],
  ['plain.mjs', 'export function say() {}'],
  ['compiled.js', "Object.defineProperty(exports, '__esModule', { value: true }); exports.say = () => {}"],
] as const) {
  test(`${file} is refused without a default export: its methods would be missed`, async () => {
    await assert.rejects(load({ [`handler/${file}`]: text }), {
      message: new RegExp(`handler/${file} does not load: it has no default export`),
    })
  })
}

test('a module is evaluated anew each time that it is loaded', async () => {
  await using files = await writeApplication({
    'handler/a.js': 'var made = 0; module.exports = function () { return { made: ++made } }',
  })
  const load = () => loadModules(join(files.directory, 'handler'), context)

  load()
  const [module] = load()

  assert.deepEqual(module?.object, { made: 1 })
})

test('folders, other files, declarations and what exports nothing are no modules', async () => {
  await using files = await writeApplication({
    'handler/notes.txt': 'text',
    'handler/types.d.ts': 'export {}',
    'handler/nothing.js': 'module.exports = null',
    'handler/a.JS': 'module.exports = {}',
  })
  await mkdir(join(files.directory, 'handler/folder.js'))

  assert.deepEqual(
    loadModules(join(files.directory, 'handler'), context).map(({ name }) => name),
    ['a'],
  )
})

test('a folder that is not there has no modules', () => {
  assert.deepEqual(loadModules('/nowhere/handler', context), [])
})

test('a folder that is nearly called as one that is not there is named in the log', async (t) => {
  await using files = await writeApplication({
    'chat/handlers/a.js': 'module.exports = {}',
    'chat/rooms/a.js': 'module.exports = {}',
  })
  const folder = join(files.directory, 'chat')
  const lines: string[] = []
  const { mock } = t.mock.method(process.stdout, 'write', (line: string) => lines.push(line) > 0)
  const loaded = ['handler', 'remote'].map((name) => loadModules(join(folder, name), context))
  mock.restore()

  assert.deepEqual(loaded, [[], []])
  assert.equal(lines.length, 1)
  assert.match(
    String(lines[0]),
    /nothing is loaded from .*chat\/handlers: is it meant to be called handler\?/,
  )
})

test('a module that does not load says which it is', async () => {
  await assert.rejects(load({ 'handler/broken.js': 'module.exports = function () { missing() }' }), {
    message: /handler\/broken\.js does not load: missing is not defined$/,
  })
})

test('two files of one name are refused, by their names: either would hide the methods of the other', async () => {
  const files = {
    'handler/chat.js': 'exports.say = function () {}',
    'handler/chat.ts': 'export default class {}',
  }

  await assert.rejects(load(files), {
    message: /\/handler: chat\.js and chat\.ts are both the module chat$/,
  })
})
