import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdtemp, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { freePorts } from '../scripts/free-ports.ts'
import type { Launch, SystemChoice } from './system.ts'

/** Returns the chat on other frameworks, with those that are missing. Their packages are in `<installed>/node_modules`. */
export function listPeers(installed: string): SystemChoice[] {
  return [
    peer('pomelo', installed, launchPomelo),
    peer('pinus', installed, launchPomelo),
    peer('socket.io', installed, launchSocketIo),
  ]
}

function peer(name: string, installed: string, launch: (directory: string) => Promise<Launch>): SystemChoice {
  const packages = resolve(installed, 'node_modules')
  const choice = { name, launch: async () => launch(await copy(name, packages)) }
  if (!existsSync(join(packages, name))) {
    return { ...choice, absence: `not in ${packages}: npm install --prefix bench/peers` }
  }
  if (name !== 'socket.io' && olderNode() === undefined) {
    return { ...choice, absence: 'it needs a Node before 23 in the PATH' }
  }
  return choice
}

/** Returns a folder with the chat and its packages, for one start: ports stand in files. */
async function copy(name: string, packages: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'shaddock-bench-'))
  await cp(join(import.meta.dirname, 'peers', name.replace('.', '')), directory, { recursive: true })
  await symlink(packages, join(directory, 'node_modules'))
  return directory
}

const env = { ...process.env, NODE_ENV: 'production' }

async function launchSocketIo(directory: string): Promise<Launch> {
  const [port = 0] = await freePorts(1)
  const command = process.execPath
  const kept = { command, args: ['app.js', String(port)], cwd: directory, env, temporary: directory }
  return { kept, gate: port, connectors: [port], dialect: 'socket.io' }
}

/** Starts Pomelo or what follows it closely. */
async function launchPomelo(directory: string): Promise<Launch> {
  const [master, gate = 0, first = 0, second = 0, ...ports] = await freePorts(8)
  const host = '127.0.0.1'
  const frontend = { host, frontend: true }
  const servers = {
    gate: [{ id: 'gate-1', ...frontend, clientPort: gate }],
    connector: [
      { id: 'connector-1', ...frontend, port: ports[0], clientPort: first },
      { id: 'connector-2', ...frontend, port: ports[1], clientPort: second },
    ],
    chat: [
      { id: 'chat-1', host, port: ports[2] },
      { id: 'chat-2', host, port: ports[3] },
    ],
  }
  const files = { 'servers.json': servers, 'master.json': { id: 'master-1', host, port: master } }
  for (const [name, production] of Object.entries(files)) {
    await writeFile(join(directory, 'config', name), JSON.stringify({ production }))
  }
  const command = olderNode() ?? process.execPath
  // servers are started with the word `node`
  const path = [dirname(command), process.env['PATH']].join(delimiter)
  return {
    kept: {
      command,
      args: ['app.js', 'env=production'],
      cwd: directory,
      env: { ...env, PATH: path },
      temporary: directory,
    },
    gate,
    connectors: [first, second],
  }
}

/** Returns a Node that has what Pomelo and Pinus use of it, and that 23 took away. */
function olderNode(): string | undefined {
  const folders = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
  return folders
    .map((folder) => join(folder, 'node'))
    .find((node) => {
      if (!existsSync(node)) return false
      const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout
      return Number(/^v(\d+)/.exec(version)?.[1] ?? Infinity) < 23
    })
}
