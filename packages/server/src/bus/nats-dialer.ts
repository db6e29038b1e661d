import { setTimeout as delay } from 'node:timers/promises'
import type { ConnectionOptions } from '@nats-io/transport-node'
import { SetupError } from '../errors.ts'
import { loadNatsClient } from './nats-client.ts'
import { NatsLine } from './nats-line.ts'
import type { NatsLineOptions } from './nats-line.ts'
import { describeServers, toConnectionOptions } from './nats-settings.ts'
import type { NatsSettings } from './nats-settings.ts'
import { nearestFirst } from './nearest-first.ts'

export interface NatsDialerOptions extends NatsLineOptions {
  readonly settings: NatsSettings
  /** How this process is called in NATS's own reports. */
  readonly name: string
  /** Called when NATS does not let in a process that it has let in before. */
  readonly onRefused: (reason: string) => void
}

/** Makes connections to NATS: a first one, and another when one is lost. */
export class NatsDialer {
  readonly #options: NatsDialerOptions
  /** The latest: it knows more servers of its cluster than were configured. */
  #line: NatsLine | undefined
  #isClosed = false

  constructor(options: NatsDialerOptions) {
    this.#options = options
  }

  /**
   * Resolves with nothing when it was closed meanwhile.
   * @throws {SetupError} no server can be reached, or lets this process in.
   */
  async dial(): Promise<NatsLine | undefined> {
    return this.#connect({})
  }

  /** The same, however long that takes. */
  async redial(): Promise<NatsLine | undefined> {
    // that it is lost is known: of the failures only one that does not pass by itself is told, once
    let line = await this.#connect({}).catch((error: unknown) => this.#tellOfRefusal(error))
    while (!line && !this.#isClosed) {
      // on and on by itself, the library ends an attempt that hangs; of one that it gives up it forgets the socket
      line = await this.#connect({ waitOnFirstConnect: true }).catch(() => delay(pause()))
    }
    return line ?? undefined
  }

  close(): void {
    this.#isClosed = true
  }

  async #connect(options: ConnectionOptions): Promise<NatsLine | undefined> {
    const { settings, name } = this.#options
    const client = await loadNatsClient()
    const own = toConnectionOptions(client, settings)
    try {
      const connection = await client.connect({
        ...own,
        ...options,
        servers: nearestFirst([...own.servers, ...(this.#line?.servers ?? [])]),
        noRandomize: true,
        name,
        // what a bus says to all is not for itself
        noEcho: true,
        // what it had to say is lost with a connection: the next one begins with nothing
        reconnect: false,
        ignoreAuthErrorAbort: true,
        timeout: dialTimeoutMs,
        reconnectDelayHandler: () => this.#nextPause(),
      })
      this.#line = new NatsLine(connection, this.#options)
      if (!this.#isClosed) return this.#line
      this.#line.close()
      return undefined
    } catch (cause) {
      if (this.#isClosed) return undefined
      throw new SetupError(`cannot connect to NATS at ${describeServers(settings)}: ${reasonOf(cause)}`, {
        cause,
      })
    }
  }

  #tellOfRefusal(error: unknown): undefined {
    const { message, cause } = error as Error
    if (isRefusal(cause)) this.#options.onRefused(message)
  }

  /** The library offers no other way to give up. */
  #nextPause(): number {
    if (this.#isClosed) throw new Error('closed')
    return pause()
  }
}

/** How long one server may take to answer. */
const dialTimeoutMs = 2_000

/** Between attempts: spread, for all processes lose a server that dies at the same moment. */
function pause(): number {
  return 250 + Math.random() * 750
}

function reasonOf(error: unknown): string {
  const { name, message } = error as Error
  if (isRefusal(error)) return `it refuses the credentials (${message})`
  return name === 'TimeoutError' ? `no answer within ${dialTimeoutMs} ms` : message
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === 'AuthorizationError'
}
