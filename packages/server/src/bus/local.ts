import { createServer } from 'node:net'
import type { Server } from 'node:net'
import { TimerWheel } from '../timer-wheel.ts'
import type { Bus, BusTraffic } from './bus.ts'
import { Exchange } from './exchange.ts'
import type { BusOptions } from './exchange.ts'
import { createExchangeBus } from './exchange-bus.ts'
import type { Carrier } from './exchange-bus.ts'
import { SocketFolder } from './socket-folder.ts'
import { SocketLinks } from './socket-links.ts'

export interface LocalBusOptions extends BusOptions {
  /** The folder of the sockets: all buses in it are linked. Made with mode 700 if it is not there. */
  readonly directory: string
  /** The bus's own name, which no other has or had. With the directory it must fit the path of a socket: 100 bytes. */
  readonly name: string
  /**
   * How many bytes may wait to be sent on one link; one message may pass it. Beyond, a request fails with `BUSY`, and
   * anything else closes the link: a message that is dropped unseen would break the order of those that follow, while
   * of a lost link both sides learn. It is made anew. @default 67_108_864
   */
  readonly maxQueuedBytes?: number
  /** How long `open` waits for a process that is there but does not answer, such as a stopped one. @default 2_000 */
  readonly openTimeoutMs?: number
}

/**
 * Links the processes of one machine, each directly to each, over Unix sockets. A folder introduces them: each listens
 * in it and connects to all that it finds there. So no process is needed by the others, and none is in between.
 * `open` throws a `SetupError` when the folder or the name cannot be used.
 */
export function createLocalBus(options: LocalBusOptions): Bus {
  const { onError } = options
  const timers = new TimerWheel({ onError: (error) => onError(error, options.directory) })
  const exchange = new Exchange(options, timers)
  return createExchangeBus(exchange, new LocalCarrier(options, exchange, timers))
}

/** How long `close` waits for the others to take what was said. */
const farewellMs = 1_000

class LocalCarrier implements Carrier {
  readonly traffic: BusTraffic = { sentBytes: 0, receivedBytes: 0 }
  readonly #options: LocalBusOptions
  readonly #timers: TimerWheel
  readonly #exchange: Exchange
  readonly #folder: SocketFolder
  readonly #links: SocketLinks
  readonly #server: Server

  constructor(options: LocalBusOptions, exchange: Exchange, timers: TimerWheel) {
    const { name, directory, onError, maxQueuedBytes = 64 * 1024 * 1024 } = options
    this.#options = options
    this.#timers = timers
    this.#exchange = exchange
    this.#folder = new SocketFolder(directory)
    this.#links = new SocketLinks({
      name,
      folder: this.#folder,
      exchange: this.#exchange,
      timers: this.#timers,
      maxQueuedBytes,
      traffic: this.traffic,
      onError,
    })
    this.#server = createServer((socket) => this.#links.accept(socket))
  }

  async open(): Promise<void> {
    const { name, directory, onError, openTimeoutMs = 2_000 } = this.#options
    this.#folder.prepare()
    // first to listen, then to look: of two that start together, one at least finds the other
    await this.#folder.listen(this.#server, name)
    this.#server.on('error', (error) => onError(error, directory))
    await this.#links.open(openTimeoutMs)
  }

  async close(opened: Promise<void> | undefined): Promise<void> {
    this.#exchange.close()
    const farewell = this.#links.end(farewellMs)
    await opened?.catch(() => {
      // whoever opened was told
    })
    if (this.#server.listening) {
      this.#folder.remove(this.#options.name)
      const freed = new Promise((resolve) => this.#server.close(resolve))
      await Promise.all([farewell, freed])
    }
    this.#timers.close()
  }
}
