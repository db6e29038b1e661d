import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePorts } from './system.ts'
import type { Launch } from './system.ts'

/** A system that can be started, or why it cannot. */
export interface SystemChoice {
  readonly name: string
  readonly absence?: string
  launch(): Promise<Launch>
}

const here = import.meta.dirname
const env = { ...process.env, NODE_ENV: 'production' }

/** Returns what can be compared, the floor first. */
export function listSystems(): SystemChoice[] {
  return [
    { name: 'floor', launch: launchFloor },
    { name: 'local', launch: () => launchShaddock([]) },
    { name: 'single', launch: () => launchShaddock(['--single']) },
    peer('pomelo', (name) => launchPomelo(name, ['env=production'])),
    peer('pinus', (name) => launchPomelo(name, ['env=production'])),
    peer('socket.io', launchSocketIo),
  ]
}

async function launchFloor(): Promise<Launch> {
  const connectors = await freePorts(2)
  const kept = {
    command: process.execPath,
    args: [join(here, 'floor/floor.ts'), ...connectors.map(String)],
    cwd: here,
    env,
  }
  return { kept, gate: connectors[0]!, connectors }
}

/** Starts the chat of the examples, as a user does. */
export async function launchShaddock(args: readonly string[], options: ChatOptions = {}): Promise<Launch> {
  const [gate = 0, ...connectors] = await freePorts(1 + (options.connectors ?? 2))
  const directory = await makeChat(gate, connectors, options)
  const command = fileURLToPath(new URL('bin/shaddock.js', import.meta.resolve('shaddock/package.json')))
  return {
    kept: {
      command: process.execPath,
      args: [command, 'start', '--dir', directory, '--env', 'production', '--attached', ...args],
      cwd: directory,
      env,
      hasChannel: true,
      temporary: directory,
    },
    gate,
    connectors,
  }
}

export interface ChatOptions {
  /** @default 2 */
  readonly connectors?: number
  /** @default 2 */
  readonly chats?: number
  /** Where the application is. @default the chat of the examples */
  readonly source?: string
  /** Whether there is a gate. @default true */
  readonly hasGate?: boolean
  /** Config files by name. */
  readonly config?: Readonly<Record<string, object>>
}

/** A folder with the example's code and config of its own. */
async function makeChat(gate: number, ports: readonly number[], options: ChatOptions): Promise<string> {
  const { source = exampleChat(), hasGate = true } = options
  const directory = await mkdtemp(join(tmpdir(), 'shaddock-bench-'))
  await symlink(join(source, 'app'), join(directory, 'app'))
  await symlink(join(source, 'app.ts'), join(directory, 'app.ts'))
  await mkdir(join(directory, 'config'))
  const host = '127.0.0.1'
  const servers = {
    ...(hasGate && { gate: [{ id: 'gate-1', host, clientPort: gate }] }),
    connector: ports.map((clientPort, index) => ({ id: `connector-${index + 1}`, host, clientPort })),
    chat: Array.from({ length: options.chats ?? 2 }, (_, index) => ({ id: `chat-${index + 1}` })),
  }
  const files = { 'servers.json': { production: servers }, 'log.json': { level: 'warn' }, ...options.config }
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(directory, 'config', name), JSON.stringify(content))
  }
  return directory
}

function exampleChat(): string {
  return fileURLToPath(new URL('game-server/', import.meta.resolve('@shaddock/example-chat/package.json')))
}

/** The chat of `hall/`, without a gate. */
export const hall: ChatOptions = { source: join(here, 'hall'), hasGate: false, chats: 1 }

function peer(name: string, launch: (folder: string) => Promise<Launch>): SystemChoice {
  const folder = name.replace('.', '')
  const choice = { name, launch: () => launch(folder) }
  if (!existsSync(join(here, 'peers/node_modules', name))) {
    return { ...choice, absence: 'not installed: npm install --prefix bench/peers' }
  }
  if (name !== 'socket.io' && olderNode() === undefined) {
    return { ...choice, absence: 'it needs a Node before 23 in the PATH' }
  }
  return choice
}

async function launchSocketIo(folder: string): Promise<Launch> {
  const [port = 0] = await freePorts(1)
  const kept = {
    command: process.execPath,
    args: ['app.js', String(port)],
    cwd: join(here, 'peers', folder),
    env,
  }
  return { kept, gate: port, connectors: [port], dialect: 'socket.io' }
}

/** Starts Pomelo or what follows it closely. Their ports stand in files: each start has a copy with its own. */
async function launchPomelo(folder: string, args: readonly string[]): Promise<Launch> {
  const [master, gate = 0, first = 0, second = 0, ...ports] = await freePorts(8)
  const directory = await mkdtemp(join(tmpdir(), 'shaddock-bench-'))
  await cp(join(here, 'peers', folder), directory, { recursive: true })
  await symlink(join(here, 'peers/node_modules'), join(directory, 'node_modules'))
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
  await writeFile(join(directory, 'config/servers.json'), JSON.stringify({ production: servers }))
  await writeFile(
    join(directory, 'config/master.json'),
    JSON.stringify({ production: { id: 'master-1', host, port: master } }),
  )
  const command = olderNode() ?? process.execPath
  // servers are started with the word `node`
  const path = [dirname(command), process.env['PATH']].join(delimiter)
  return {
    kept: {
      command,
      args: ['app.js', ...args],
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
