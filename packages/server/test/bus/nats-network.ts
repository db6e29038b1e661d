import { randomUUID } from 'node:crypto'
import type { Bus } from '../../src/bus/bus.ts'
import { createNatsBus } from '../../src/bus/nats.ts'
import type { NatsBusOptions } from '../../src/bus/nats.ts'
import type { BusNetwork } from './conformance.ts'

/** The buses of a test, apart from those of others on the same NATS. With several servers, they are spread over them. */
export class NatsNetwork implements BusNetwork {
  readonly prefix = `test.${randomUUID()}.`
  /** That of the first bus. */
  readonly server: string
  readonly #servers: readonly string[]
  readonly #buses: Bus[] = []

  constructor(...servers: readonly string[]) {
    this.#servers = servers
    this.server = servers[0] ?? ''
  }

  createBus(options: Partial<NatsBusOptions> & Pick<NatsBusOptions, 'onError'>): Bus {
    const number = this.#buses.length
    const bus = createNatsBus({
      settings: { servers: this.#servers.slice(number % this.#servers.length).slice(0, 1) },
      prefix: this.prefix,
      name: `bus-${number}`,
      ...options,
    })
    this.#buses.push(bus)
    return bus
  }

  /** Opens so many buses. An error fails the test, unless it takes errors. */
  async open(
    count: number,
    options: Partial<NatsBusOptions> & { onError?: NatsBusOptions['onError'] } = {},
  ): Promise<Bus[]> {
    const onError = (error: unknown) => {
      throw error
    }
    const buses = Array.from({ length: count }, () => this.createBus({ onError, ...options }))
    await Promise.all(buses.map((bus) => bus.open()))
    return buses
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#buses.map((bus) => bus.close()))
  }
}
