import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '../../../../scripts/free-ports.ts'
import { command } from '../../src/cli/launch-process.ts'
import { runtimeFolderOf } from '../../src/cli/runtime-folder.ts'
import { Lifeline } from './lifeline.ts'

/** What the command printed, and how it ended. */
export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A copy of `application/` with servers `front-1` and `back-1`, and those that a test adds. */
export interface TestApplication extends AsyncDisposable {
  readonly directory: string
  readonly runtimeFolder: string
  /** That of `front-1`. */
  readonly port: number
  readonly lifeline: Lifeline
  /** Writes a file, JSON unless it is a text. */
  write(path: string, content: unknown): Promise<void>
  /** Runs `shaddock <args>` to its end. */
  run(...args: readonly string[]): Promise<Outcome>
  /** Runs `shaddock start <args>`. It ends with the test, unless `detached` from it. */
  start(args?: readonly string[], options?: StartOptions): Master
}

export interface StartOptions {
  /** Whether there is no channel to the test, which the master would end with. */
  readonly isDetached?: boolean
  readonly env?: NodeJS.ProcessEnv
}

export async function createApplication(
  extra: Readonly<Record<string, readonly object[]>> = {},
): Promise<TestApplication> {
  const directory = await mkdtemp(join(tmpdir(), 'shaddock-cli-'))
  await cp(join(import.meta.dirname, 'application'), directory, { recursive: true })
  await mkdir(join(directory, 'node_modules'))
  await symlink(join(import.meta.dirname, '../..'), join(directory, 'node_modules/shaddock'))
  const [port = 0] = await freePorts(1)
  const write = async (path: string, content: unknown) => {
    const text = typeof content === 'string' ? content : JSON.stringify(content)
    await writeFile(join(directory, path), text)
  }
  const { front = [], back = [], ...types } = extra
  await write('config/servers.json', {
    front: [{ id: 'front-1', clientPort: port }, ...front],
    back: [{ id: 'back-1' }, ...back],
    ...types,
  })

  const lifeline = await Lifeline.open(join(directory, 'lifeline.sock'))
  const runtimeFolder = runtimeFolderOf(directory)
  const masters: Master[] = []
  return {
    directory,
    runtimeFolder,
    port,
    lifeline,
    write,
    run: (name, ...args) => runCommand([name ?? '', '--dir', directory, ...args]),
    start(args = [], options = {}) {
      const master = new Master(['start', '--dir', directory, ...args], options)
      masters.push(master)
      return master
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(masters.map((master) => master.kill()))
      await lifeline.close()
      await rm(runtimeFolder, { recursive: true, force: true })
      await rm(directory, { recursive: true })
    },
  }
}

/** Runs the `shaddock` command to its end. */
export async function runCommand(
  args: readonly string[],
  nodeArgs: readonly string[] = [],
): Promise<Outcome> {
  const child = spawnCommand([...nodeArgs, command, ...args], {})
  const [stdout, stderr] = [collect(child, 'stdout'), collect(child, 'stderr')]
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout: stdout(), stderr: stderr() }
}

/** A `shaddock start` that runs. */
export class Master {
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown>
  /** Servers have its output too: when they go on without it, that is still open. */
  readonly #ended: Promise<unknown>
  #output = ''

  constructor(args: readonly string[], { isDetached = false, env = {} }: StartOptions) {
    this.#child = spawnCommand([command, ...args], {
      // a group of its own stands for the terminal's
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe', isDetached ? 'ignore' : 'ipc'],
      env: { ...process.env, ...env },
    })
    const streams = [this.#child.stdout, this.#child.stderr].filter((stream) => stream !== null)
    for (const stream of streams) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        this.#output += chunk
        this.#child.emit('output')
      })
    }
    // not `close` of the child, which does not come to who closed its channel
    this.#exited = once(this.#child, 'exit')
    this.#ended = Promise.all([this.#exited, ...streams.map((stream) => once(stream, 'close'))])
  }

  get pid(): number {
    assert(this.#child.pid !== undefined)
    return this.#child.pid
  }

  get output(): string {
    return this.#output
  }

  /** Resolves when what was printed matches. Rejects when the master ends without. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    const ended = this.#ended.then(() => 'ended')
    for (;;) {
      const found = pattern.exec(this.#output)
      if (found !== null) return found
      if ((await Promise.race([once(this.#child, 'output'), ended])) === 'ended') {
        assert.match(this.#output, pattern, 'the master ended')
      }
    }
  }

  async ready(): Promise<this> {
    await this.printed(/servers? ready in/)
    return this
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Signals the master and its servers, as a terminal does. */
  signalGroup(signal: NodeJS.Signals): void {
    process.kill(-this.pid, signal)
  }

  /** Closes the channel, as the end of the test would. */
  disconnect(): void {
    this.#child.disconnect()
  }

  /** Closes its output, as a terminal that is closed. */
  stopReading(): void {
    this.#child.stdout?.destroy()
    this.#child.stderr?.destroy()
  }

  endInput(): void {
    this.#child.stdin?.end()
  }

  /** Resolves with its exit code or signal, when all that it printed is read. */
  async ended(): Promise<number | NodeJS.Signals | null> {
    await this.#ended
    return this.#child.exitCode ?? this.#child.signalCode
  }

  /** Ends it, and only it. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exited
  }
}

function spawnCommand(args: readonly string[], options: SpawnOptions): ChildProcess {
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
}

function collect(child: ChildProcess, name: 'stdout' | 'stderr'): () => string {
  let text = ''
  child[name]?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  return () => text
}
