import assert from 'node:assert/strict'
import { test } from 'node:test'
import { entryOfRunning } from '../../src/native/entry.ts'
import { parseArguments } from '../../src/config/arguments.ts'
import { commandLineOf } from '../../src/master/launch.ts'

const app = (servers: object) =>
  ({
    main: 'app.js',
    env: 'production',
    getServerFromConfig: (id: string) => (servers as Readonly<Record<string, unknown>>)[id],
  }) as never

test('a server that runs starts again with the same arguments', () => {
  const args = ['--max-old-space-size=64', '--inspect']
  const known = app({ 'chat-1': { id: 'chat-1', serverType: 'chat', port: 7000, args } })
  const server = { id: 'chat-1', serverType: 'chat' }
  const first = commandLineOf(known, entryOfRunning(known, server))

  const running = { ...server, ...parseArguments(['node', ...first]), pid: 77 }

  assert.deepEqual(first.slice(0, 4), [...args, 'app.js', 'env=production'])
  assert.deepEqual(commandLineOf(known, entryOfRunning(known, running)), first)
})

test('a server that servers.json does not have starts again as its command line said', () => {
  const unknown = app({})
  const running = { id: 'chat-9', serverType: 'chat', port: 7000, main: 'app.js', env: 'other', pid: 77 }

  assert.deepEqual(commandLineOf(unknown, entryOfRunning(unknown, running)), [
    'app.js',
    'env=production',
    'id=chat-9',
    'serverType=chat',
    'port=7000',
  ])
})
