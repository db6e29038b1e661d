import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bus } from '../../src/bus/bus.ts'
import { createLocalBus } from '../../src/bus/local.ts'
import type { LocalBusOptions } from '../../src/bus/local.ts'
import type { BusNetwork } from './conformance.ts'

/** A folder, and the local buses in it that the test made. */
export class LocalNetwork implements BusNetwork {
  readonly directory = mkdtempSync(join(tmpdir(), 'bus-'))
  readonly #buses: Bus[] = []

  createBus(options: Partial<LocalBusOptions> & Pick<LocalBusOptions, 'onError'>): Bus {
    const bus = createLocalBus({ directory: this.directory, name: `bus-${this.#buses.length}`, ...options })
    this.#buses.push(bus)
    return bus
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#buses.map((bus) => bus.close()))
    rmSync(this.directory, { recursive: true })
  }
}
