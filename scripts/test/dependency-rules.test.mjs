import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { run } from '../run.mjs'

const repository = join(import.meta.dirname, '../..')
const upOrSideways = 'server: never up, never sideways'

/** A file, its text, and the rules that it breaks. */
const files = [
  ['packages/protocol/src/index.ts', "export * from './close.ts'"],
  ['packages/protocol/src/close.ts', 'export const reason = 1'],
  ['packages/protocol/src/node.ts', "import 'node:fs'", 'protocol imports nothing'],
  ['packages/protocol/src/orphan.ts', 'export {}', 'no orphans'],

  ['packages/client/src/index.ts', "import '@shaddock/protocol'"],
  ['packages/client/src/node.ts', "import 'events'", 'client imports only protocol'],
  [
    'packages/client/src/tested.ts',
    "import '../test/a.ts'",
    'client imports only protocol',
    'src does not import tests',
  ],
  ['packages/client/test/a.ts', "import 'ws'"],

  ['packages/server/src/errors.ts', "import '@shaddock/protocol'"],
  ['packages/server/src/log.ts', "import './bus/bus.ts'", upOrSideways],
  ['packages/server/src/metrics.ts', "import '@shaddock/client'", 'server imports only protocol'],
  ['packages/server/src/config/read.ts', "import 'zod'; import '../errors.ts'"],
  ['packages/server/src/server-info.ts', "import 'zod'", 'zod: only in packages/server/src/config/'],
  ['packages/server/src/bus/bus.ts', "import '../errors.ts'"],
  ['packages/server/src/bus/nats-line.ts', "import '@nats-io/transport-node'"],
  [
    'packages/server/src/bus/local.ts',
    "import type { Jet } from '@nats-io/jetstream'",
    '@nats-io/[^/]+: only in packages/server/src/bus/nats',
  ],
  ['packages/server/src/bus/type.ts', "import type { Tcp } from '../transport/tcp.ts'", upOrSideways],
  ['packages/server/src/transport/tcp.ts', "import '../errors.ts'"],
  ['packages/server/src/transport/websocket.ts', "import 'ws'"],
  ['packages/server/src/cluster/rpc.ts', "type T = typeof import('../session/session.ts')", upOrSideways],
  ['packages/server/src/session/session.ts', "import '../bus/bus.ts'"],
  ['packages/server/src/session/back.ts', "import '../channel/channel.ts'", upOrSideways],
  ['packages/server/src/channel/channel.ts', "import '../session/session.ts'"],
  ['packages/server/src/dispatch/router.ts', "import '../channel/channel.ts'"],
  ['packages/server/src/connector/connector.ts', "import '../system/calls.ts'", upOrSideways],
  ['packages/server/src/system/calls.ts', "import '../dispatch/router.ts'"],
  ['packages/server/src/schedule/crons.ts', "import '../start.ts'", upOrSideways],
  ['packages/server/src/start.ts', "import './system/calls.ts'"],
  ['packages/server/src/cli/main.ts', "import 'commander'; import '../start.ts'"],
  ['packages/server/src/app.ts', "import 'commander'", 'commander: only in packages/server/src/cli/'],
  ['packages/server/src/testing/index.ts', "import '@shaddock/client'; import 'node:net'"],
  ['packages/server/src/index.ts', "import type { A } from './cycle.ts'; export type B = A"],
  ['packages/server/src/cycle.ts', "import type { B } from './index.ts'; export type A = B", 'no cycles'],

  ['packages/pomelo/src/index.ts', "import 'shaddock'; import '@shaddock/protocol'"],
  [
    'packages/pomelo/src/client.ts',
    "import '@shaddock/client'",
    'pomelo imports only what server and protocol export',
  ],
  ['packages/pomelo/src/ws.ts', "import 'ws'", 'ws: only in packages/server/src/transport/websocket.ts'],
  ['packages/pomelo/src/lost.ts', "import './gone.ts'", 'imports resolve'],

  ['examples/chat/app/contract.ts', "export type Chat = typeof import('./handler.ts')"],
  ['examples/chat/app/handler.ts', "import 'shaddock'; import type { Chat } from './contract.ts'"],
  ['examples/chat/start.ts', "import '../../packages/server/src/index.ts'", 'another package by its name'],
]

test('an import that breaks a rule is found, and no other is', async () => {
  await using folder = await plant()
  const args = [
    '--config',
    join(repository, '.dependency-cruiser.js'),
    '--output-type=json',
    'packages',
    'examples',
  ]

  const { output } = await run(join(repository, 'node_modules/.bin/depcruise'), args, { cwd: folder.path })

  const found = JSON.parse(output).summary.violations.map(({ from, rule }) => `${from}: ${rule.name}`)
  const expected = files.flatMap(([file, , ...rules]) => rules.map((rule) => `${file}: ${rule}`))
  assert.deepEqual(found.sort(), expected.sort())
})

async function plant() {
  const path = await mkdtemp(join(tmpdir(), 'shaddock-rules-'))
  const write = async (file, text) => {
    await mkdir(dirname(join(path, file)), { recursive: true })
    await writeFile(join(path, file), text)
  }

  for (const [file, text] of files) await write(file, text)
  await write('tsconfig.json', '{}')
  for (const name of ['protocol', 'client', 'server']) {
    await write(`packages/${name}/package.json`, '{ "exports": "./src/index.ts" }')
  }
  await mkdir(join(path, 'node_modules/@shaddock'), { recursive: true })
  await symlink('../../packages/protocol', join(path, 'node_modules/@shaddock/protocol'))
  await symlink('../../packages/client', join(path, 'node_modules/@shaddock/client'))
  await symlink('../packages/server', join(path, 'node_modules/shaddock'))
  for (const name of ['ws', 'zod', '@nats-io/transport-node', '@nats-io/jetstream']) {
    await write(`node_modules/${name}/index.js`, '')
  }
  // where npm puts a version that is not the root's
  await write('packages/server/node_modules/commander/index.js', '')
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}
