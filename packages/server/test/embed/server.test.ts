import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect } from '@shaddock/client'
import { PacketType } from '@shaddock/protocol'
import { freePorts } from '../../../../scripts/free-ports.ts'
import { runtimeFolderOf } from '../../src/cli/runtime-folder.ts'
import { createConfig, joinServer } from '../../src/embed/index.ts'
import type { JoinOptions, ServerEntry } from '../../src/embed/index.ts'
import { defineApp } from '../../src/index.ts'
import type { AnyContract, AppDefinition } from '../../src/index.ts'
import { silentLog } from '../../src/log.ts'
import { writeApplication } from '../fixtures/application-files.ts'

const chat: ServerEntry = {
  id: 'chat-1',
  type: 'chat',
  host: '127.0.0.1',
  clientHost: '127.0.0.1',
  frontend: false,
  args: [],
  settings: {},
}

/** A program that brings its own modules, config and servers, and has a folder for its own use. */
async function openProgram(setup?: AppDefinition['setup']) {
  const files = await writeApplication({ 'readme.txt': '' })
  const [clientPort = 0] = await freePorts(1)
  const entries = [chat, { ...chat, id: 'gate-1', type: 'gate', clientPort, frontend: true }]
  const definition = defineApp(
    files.directory,
    setup ?? ((app) => app.handler('hello', { who: () => ({ at: app.server.id }) })),
    { loadsFolders: false },
  )
  const config = createConfig({ directory: files.directory, servers: entries })
  return {
    directory: files.directory,
    url: `ws://127.0.0.1:${clientPort}`,
    join: (id: string, options: Partial<JoinOptions> = {}) => {
      const entry = entries.find((each) => each.id === id)
      assert.ok(entry)
      return joinServer({ definition, config, entry, log: silentLog, ...options })
    },
    [Symbol.asyncDispose]: () => files[Symbol.asyncDispose](),
  }
}

test('servers that a program starts itself find one another and serve clients, and leave nothing behind', async () => {
  await using program = await openProgram()
  const back = await program.join('chat-1')
  const front = await program.join('gate-1')
  const client = await connect<AnyContract>(program.url, { reconnect: false })

  assert.deepEqual(await client.request('chat.hello.who' as never), { at: 'chat-1' })

  client.close()
  await front.stop()
  await Promise.all([back.stop(), back.stop()])
  assert.equal(existsSync(runtimeFolderOf(program.directory)), false)
})

test('a server that cannot start leaves nothing behind', async () => {
  await using program = await openProgram(() => {
    throw new Error('not today')
  })

  await assert.rejects(program.join('chat-1'), /not today/)

  assert.equal(existsSync(runtimeFolderOf(program.directory)), false)
})

test('without a log of the program, a server writes its own as the config says', async () => {
  await using program = await openProgram((app) => app.log.warn('hello'))
  const { directory } = program
  const config = createConfig({ directory, servers: [chat], log: { console: 'none' } })
  const definition = defineApp(directory, (app) => app.log.warn('hello'), { loadsFolders: false })

  const server = await joinServer({ definition, config, entry: chat })
  await server.stop()

  assert.match(await readFile(join(directory, 'logs/chat-1.log'), 'utf8'), /"msg":"hello"/)
})

test('a program may put a transport around that of its clients', async () => {
  await using program = await openProgram()
  const seen: { type: number; isKnown: boolean }[] = []
  const front = await program.join('gate-1', {
    aroundTransport: (transport) => ({
      listen: (accept) =>
        transport.listen((connection) => {
          const handler = accept(connection)
          return {
            onPacket: (type, body) => {
              seen.push({ type, isKnown: (handler.session?.id ?? 0) > 0 })
              handler.onPacket(type, body)
            },
            onClose: (reason) => handler.onClose(reason),
          }
        }),
      close: () => transport.close(),
    }),
  })
  const client = await connect<AnyContract>(program.url, { reconnect: false })

  assert.deepEqual(await client.request('gate.hello.who' as never), { at: 'gate-1' })
  assert.deepEqual(
    seen.filter(({ type }) => type !== PacketType.heartbeat),
    [PacketType.handshake, PacketType.ack, PacketType.data].map((type) => ({ type, isKnown: true })),
  )

  client.close()
  await front.stop()
})
