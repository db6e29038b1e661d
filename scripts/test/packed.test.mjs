import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { run } from '../run.mjs'
import { cloneRepository } from './clone.mjs'

// npm and the test runner tell what they start about themselves: the project has its own
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_.*|NODE_TEST_CONTEXT)$/i.test(name)),
)

test('what the packed command makes works as it is', { timeout: 240_000 }, async (t) => {
  await using clone = await cloneRepository()
  await using folder = await createFolder()
  const project = join(folder.path, 'my-chat')

  await step('npm run pack', clone.root, [process.execPath, 'scripts/pack.mjs'])
  const packs = globSync(join(clone.root, 'dist/packs/*.tgz'))
  const install = ['npm', 'install', '--no-save', '--prefer-offline', '--no-audit', ...packs]
  await step('npm install shaddock', folder.path, install)
  await step('npx shaddock init', folder.path, ['npx', 'shaddock', 'init', 'my-chat'])
  await step('npm install', project, install)
  await step('npm run check', project, ['npm', 'run', 'check'])
  await step('npm test', project, ['npm', 'test'])

  const ports = await moveToFreePorts(project)
  for (const { title, command, end } of starts) {
    await t.test(title, async (t) => {
      const child = spawn(command[0], command.slice(1), {
        cwd: project,
        env,
        // a group of its own stands for the terminal's
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      t.after(() => endGroup(child))
      const printed = collect(child)
      await printed.including(`Open http://127.0.0.1:${ports.web}`)

      await assertPageIsServed(ports)
      await assertTwoCanChat(project, ports)
      end(child)

      // comes when the last process has ended that has its output, which all have
      await once(child, 'close')
      assert.match(printed.text, /stopped in/)
      assert.doesNotMatch(printed.text, /warning/i)
    })
  }
})

const starts = [
  {
    title: 'Ctrl-C ends npm start and all its servers',
    command: ['npm', 'start'],
    end: ({ pid }) => process.kill(-pid, 'SIGINT'),
  },
  {
    title: 'SIGTERM to npm start alone ends all its servers',
    command: ['npm', 'start'],
    end: (child) => child.kill('SIGTERM'),
  },
  {
    title: 'the servers end with a start.ts that is killed',
    command: [process.execPath, 'start.ts', '--single'],
    end: (child) => child.kill('SIGKILL'),
  },
]

async function step(name, cwd, [command, ...args]) {
  const startedAt = performance.now()
  const { code, output } = await run(command, args, { cwd, env })
  assert.equal(code, 0, `${name}: ${output}`)
  console.log(`${name}: ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
}

/** A folder that npm takes for a project. */
async function createFolder() {
  const path = await mkdtemp(join(tmpdir(), 'shaddock-packed-'))
  await writeFile(join(path, 'package.json'), '{}')
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

async function moveToFreePorts(project) {
  const [web, gate, ...connectors] = await freePorts(4)
  const moves = { 3001: web, 3014: gate, 3050: connectors[0], 3051: connectors[1] }
  for (const file of ['start.ts', 'web/main.js', 'game-server/config/servers.json']) {
    const path = join(project, file)
    const text = await readFile(path, 'utf8')
    await writeFile(
      path,
      text.replace(/\b30\d\d\b/g, (port) => moves[port]),
    )
  }
  return { web, gate }
}

async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => server.address().port)
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports
}

function collect(child) {
  const ended = once(child, 'close')
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => {
      text += chunk
      child.emit('printed')
    })
  }
  return {
    get text() {
      return text
    },
    async including(line) {
      while (!text.includes(line)) {
        const [event] = await Promise.race([once(child, 'printed').then(() => ['printed']), ended])
        assert.equal(event, 'printed', text)
      }
    },
  }
}

async function assertPageIsServed({ web }) {
  const page = await (await fetch(`http://127.0.0.1:${web}/`)).text()
  const paths = [...page.matchAll(/"(\/[\w./-]+)"/g)].map(([, path]) => path)

  assert.deepEqual(paths.sort(), ['/main.js', '/shaddock-client.js', '/style.css'])
  for (const path of paths) {
    const { status } = await fetch(`http://127.0.0.1:${web}${path}`)
    assert.equal(status, 200, path)
  }
}

async function assertTwoCanChat(project, { gate }) {
  const { resolve } = createRequire(join(project, 'package.json'))
  const { connect } = await import(pathToFileURL(resolve('@shaddock/client')))
  const enter = async (username) => {
    await using door = await connect(`ws://127.0.0.1:${gate}`)
    const client = await connect(await door.request('gate.gateHandler.queryEntry', { uid: username }))
    await client.request('connector.entryHandler.enter', { username, rid: 'lobby' })
    return client
  }
  await using ada = await enter('ada')
  await using bob = await enter('bob')
  const heard = new Promise((resolve) => ada.on('onChat', resolve))

  await bob.request('chat.chatHandler.send', { content: 'hello' })

  assert.deepEqual(await heard, { from: 'bob', msg: 'hello' })
}

function endGroup({ pid }) {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}
