import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { freePorts } from '../free-ports.ts'
import { run } from '../run.mjs'
import { cloneRepository } from './clone.mjs'

// npm and the test runner tell what they start about themselves: the project has its own
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_.*|NODE_TEST_CONTEXT)$/i.test(name)),
)

let clone
let packs

before(async () => {
  clone = await cloneRepository()
  await step('npm run pack', clone.root, [process.execPath, 'scripts/pack.mjs'])
  packs = globSync(join(clone.root, 'dist/packs/*.tgz'))
})

after(() => clone[Symbol.asyncDispose]())

test('what the packed command makes works as it is', { timeout: 240_000 }, async (t) => {
  await using folder = await createFolder()
  const project = join(folder.path, 'my-chat')

  const install = npmInstall(packs.filter((path) => !isPomelo(path)))
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

test(
  'an application of Pomelo runs on the packed package under the name pomelo',
  {
    timeout: 120_000,
  },
  async (t) => {
    await using folder = await createFolder()
    await cp(join(clone.root, 'packages/pomelo/test/apps/chat'), folder.path, { recursive: true })
    const specs = packs.map((path) => (isPomelo(path) ? `pomelo@file:${path}` : path))
    await step('npm install pomelo', folder.path, npmInstall(specs))
    const { gate } = await moveGameToFreePorts(folder.path)
    const child = spawn('npx', ['pomelo', 'start'], {
      cwd: folder.path,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    t.after(() => endGroup(child))
    const printed = collect(child)
    await printed.including('knows that all have started')

    const told = await tellChat(folder.path, gate)
    const list = await run('npx', ['pomelo', 'list'], { cwd: folder.path, env })
    await step('pomelo stop', folder.path, ['npx', 'pomelo', 'stop'])
    await once(child, 'close')

    assert.deepEqual(told, { msg: 'hello', from: 'ada', target: '*' })
    assert.match(list.output, /chat-server-2 +chat +\d+/)
  },
)

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

function npmInstall(specs) {
  return ['npm', 'install', '--no-save', '--prefer-offline', '--no-audit', ...specs]
}

function isPomelo(path) {
  return basename(path).startsWith('shaddock-pomelo-')
}

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

async function moveGameToFreePorts(folder) {
  const found = new Map()
  for (const name of ['servers', 'master']) {
    const path = join(folder, `config/${name}.json`)
    const text = await readFile(path, 'utf8')
    const ports = [...new Set(text.match(/\b\d{4}\b/g))].filter((port) => !found.has(port))
    const free = await freePorts(ports.length)
    ports.forEach((port, index) => found.set(port, String(free[index])))
    await writeFile(
      path,
      text.replace(/\b\d{4}\b/g, (port) => found.get(port)),
    )
  }
  return { gate: Number(found.get('3014')) }
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

/** Enters the chat with Pomelo's old client, says hello to all, and resolves with what comes back. */
async function tellChat(project, gatePort) {
  const { resolve } = createRequire(join(project, 'package.json'))
  const { Pomelo } = await import(pathToFileURL(resolve('@shaddock/client')))
  const pomelo = new Pomelo()
  const init = (port) => new Promise((done) => pomelo.init({ host: '127.0.0.1', port }, done))
  const request = (route, message) => new Promise((done) => pomelo.request(route, message, done))
  const heard = new Promise((done) => pomelo.on('onChat', done))
  await init(gatePort)
  const { port } = await request('gate.gateHandler.queryEntry', { uid: 'ada' })
  pomelo.disconnect()
  await init(port)
  await request('connector.entryHandler.enter', { username: 'ada', rid: 'lobby' })
  await request('chat.chatHandler.send', { content: 'hello', target: '*' })
  const told = await heard
  pomelo.disconnect()
  return told
}

function endGroup({ pid }) {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}
