import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A NATS server on 127.0.0.1. */
export interface NatsServer extends AsyncDisposable {
  /** `127.0.0.1:<port>` */
  readonly address: string
  /** Where the others of its cluster reach it. */
  readonly clusterAddress: string
  /** Resolves when its log has that. */
  logged(pattern: RegExp): Promise<void>
  signal(signal: NodeJS.Signals): void
  /** Changes what its config file says beside where it listens, and has it read that. */
  reconfigure(config: string): void
  /** Resolves when it is dead. */
  kill(): Promise<void>
  /** Starts it again where it was. */
  restart(): Promise<void>
}

/** Starts a NATS server with what else its config file says. */
export async function startNatsServer(config = ''): Promise<NatsServer> {
  const directory = mkdtempSync(join(tmpdir(), 'nats-'))
  const server = new NatsProcess(directory, config)
  try {
    await server.start()
  } catch (error) {
    await server[Symbol.asyncDispose]()
    throw error
  }
  return server
}

/** Starts NATS servers that make one cluster, and resolves when all know one another. */
export async function startNatsCluster(count: number): Promise<NatsServer[]> {
  const servers: NatsServer[] = []
  for (let i = 0; i < count; i++) {
    const known = servers.map(({ clusterAddress }) => `"nats://${clusterAddress}"`).join(', ')
    const cluster = `cluster { name: test, listen: "${anywhere}", routes: [${known}] }`
    servers.push(await startNatsServer(`server_name: node-${i}\n${cluster}`))
  }
  const routes = new RegExp(`(rid:\\d+ - Route connection created[^]*){${count - 1}}`)
  await Promise.all(servers.map((server) => server.logged(routes)))
  return servers
}

class NatsProcess implements NatsServer {
  address = ''
  clusterAddress = ''
  readonly #directory: string
  #config: string
  #keeper: ChildProcess | undefined
  #pid = 0
  #log = ''
  #onLog = (): void => {}

  constructor(directory: string, config: string) {
    this.#directory = directory
    this.#config = config
  }

  /** Where it is free to, or where it was. */
  async start(): Promise<void> {
    this.#writeConfig()
    const keeper = spawn('sh', ['-c', keep, process.env['NATS_SERVER'] || 'nats-server', this.#configPath])
    this.#keeper = keeper
    this.#log = ''
    keeper.stdout.on('data', (pid: Buffer) => (this.#pid = Number(pid)))
    keeper.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#log += text
      this.#onLog()
    })
    const ended = once(keeper.stderr, 'close').then(() => {
      throw new Error(
        `the tests need nats-server, which "npm test" installs or asks for; it ended:\n${this.#log}`,
      )
    })
    ended.catch(() => undefined)
    await Promise.race([ended, this.logged(/Server is ready/)])
    this.address = this.#addressAfter('client connections on ')
    if (!this.#config.includes('cluster')) return
    await this.logged(/route connections on/)
    this.clusterAddress = this.#addressAfter('route connections on ')
  }

  async logged(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#log)) await new Promise<void>((resolve) => (this.#onLog = resolve))
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.#pid, signal)
  }

  reconfigure(config: string): void {
    this.#config = config
    this.#writeConfig()
    this.signal('SIGHUP')
  }

  async kill(): Promise<void> {
    const keeper = this.#keeper
    this.#keeper = undefined
    if (keeper === undefined) return
    const ended = once(keeper, 'close')
    // to whoever kept it nobody speaks any more, so it kills
    keeper.stdin?.end()
    await ended
  }

  async restart(): Promise<void> {
    await this.kill()
    await this.start()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
    rmSync(this.#directory, { recursive: true })
  }

  get #configPath(): string {
    return join(this.#directory, 'nats.conf')
  }

  #writeConfig(): void {
    const config = this.#config.replace(anywhere, this.clusterAddress || anywhere)
    writeFileSync(this.#configPath, `listen: "${this.address || anywhere}"\n${config}`)
  }

  #addressAfter(words: string): string {
    return new RegExp(`${words}(\\S+)`).exec(this.#log)?.[1] ?? ''
  }
}

const anywhere = '127.0.0.1:-1'

/** Says the pid of a NATS server, and kills it when whoever reads that is dead. */
const keep = '"$0" -c "$1" & echo $!; exec 2>&-; cat; kill -9 $!; wait'
