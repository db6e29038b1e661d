import type { BusOptions } from '../../src/bus/exchange.ts'
import type { Frame } from '../../src/bus/frame.ts'
import { Pipe } from './pipe.ts'
import type { Fate, PipeOptions } from './pipe.ts'
import type { Random } from './random.ts'
import { VirtualBus } from './virtual-bus.ts'
import type { BusNetwork, Wire } from './virtual-bus.ts'
import type { VirtualProcess } from './virtual-process.ts'
import type { VirtualTime } from './virtual-time.ts'

export interface NetworkOptions {
  readonly time: VirtualTime
  readonly random: Random
  /** How long a message takes. */
  readonly latencyMs: { readonly min: number; readonly max: number }
  /** How long it takes at most until the death of a process, or the loss of a way, is noticed. */
  readonly noticeMs: number
}

/** Something that keeps messages from getting from some processes to others. */
export interface Cut {
  readonly keeps: (from: VirtualProcess, to: VirtualProcess) => boolean
  /**
   * What becomes of the messages. `late`: they arrive when it has healed, unless a side has noticed before. `lost`: they
   * are dropped; when it has healed both sides find that out, and the wire is made anew.
   */
  readonly fate: 'late' | 'lost'
  /** Whether the sides notice that the way is lost, each when it does, and give up the wire. */
  readonly isNoticed: boolean
}

/** Buses that are linked each to each, and what comes between them. */
export class VirtualNetwork implements BusNetwork {
  readonly #options: NetworkOptions
  readonly #buses = new Set<VirtualBus>()
  readonly #cuts = new Set<Cut>()
  /** More to the latency, for a while. */
  slownessMs = 0
  onSay: BusNetwork['onSay']
  readonly #pipeOptions: PipeOptions
  #wires = 0

  constructor(options: NetworkOptions) {
    this.#options = options
    const { time, random, latencyMs } = options
    const delayMs = () => random.between(latencyMs.min, latencyMs.max + this.slownessMs)
    this.#pipeOptions = { time, delayMs, fateOf: (from, to) => this.#fate(from, to) }
  }

  createBus(process: VirtualProcess, options: BusOptions): VirtualBus {
    return new VirtualBus(this, process, options)
  }

  join(bus: VirtualBus): Promise<void>[] {
    const met = [...this.#buses].map((other) => this.#dial(bus, other))
    this.#buses.add(bus)
    return met
  }

  leave(bus: VirtualBus): void {
    this.#buses.delete(bus)
  }

  /** Ends a process. Of what it has just said a part may arrive; then, or a while later, the others notice. */
  kill(process: VirtualProcess): void {
    const { time, random, noticeMs } = this.#options
    process.kill()
    for (const dead of this.#buses) {
      if (dead.process !== process) continue
      this.#buses.delete(dead)
      for (const other of this.#buses) {
        const wire = other.wireTo(dead)
        if (wire === undefined) continue
        const pipe = wire.pipeFrom(dead)
        if (random.chance(0.5)) pipe.send(() => other.lose(dead, wire))
        else {
          pipe.break()
          time.after(random.between(0, noticeMs), () => other.lose(dead, wire), other.process)
        }
      }
    }
  }

  miss(bus: VirtualBus, dead: VirtualBus, wire: Wire): void {
    if (this.#fate(bus.process, dead.process) !== 'arrives') return
    const { time, latencyMs } = this.#options
    time.after(2 * latencyMs.max, () => bus.lose(dead, wire), bus.process)
  }

  redial(bus: VirtualBus, other: VirtualBus): void {
    const { time, random, noticeMs } = this.#options
    const dial = () => {
      const isFree = this.#fate(bus.process, other.process) === 'arrives'
      const isLinked = bus.wireTo(other) !== undefined
      if (isFree && !isLinked && this.#buses.has(bus) && this.#buses.has(other)) void this.#dial(bus, other)
    }
    time.after(random.between(0, noticeMs), dial, bus.process)
  }

  /** Begins a cut. Returns what heals it. */
  cut(cut: Cut): () => void {
    this.#cuts.add(cut)
    if (cut.isNoticed) this.#notice(cut)
    return () => this.#heal(cut)
  }

  /** Each side of each wire notices the cut in its own time, if it lasts. */
  #notice(cut: Cut): void {
    const { time, random, noticeMs } = this.#options
    for (const [one, other] of this.#pairs(cut)) {
      for (const [here, there] of [
        [one, other],
        [other, one],
      ] as const) {
        const wire = here.wireTo(there)
        if (wire === undefined) continue
        const lose = () => this.#cuts.has(cut) && here.lose(there, wire)
        time.after(random.between(noticeMs / 4, noticeMs), lose, here.process)
      }
    }
  }

  #heal(cut: Cut): void {
    const { time, random, noticeMs } = this.#options
    this.#cuts.delete(cut)
    for (const [one, other] of this.#pairs(cut)) {
      const wire = one.wireTo(other)
      if (wire !== undefined && wire === other.wireTo(one) && cut.fate === 'late') {
        wire.pipeFrom(one).release()
        wire.pipeFrom(other).release()
        continue
      }
      const [caller, called] = random.chance(0.5) ? [one, other] : [other, one]
      const dial = () => {
        if (this.#buses.has(caller) && this.#buses.has(called)) void this.#dial(caller, called)
      }
      time.after(random.between(0, noticeMs), dial, caller.process)
    }
  }

  #pairs({ keeps }: Cut): [VirtualBus, VirtualBus][] {
    const buses = [...this.#buses]
    return buses.flatMap((one, at) =>
      buses
        .slice(at + 1)
        .filter((other) => keeps(one.process, other.process) || keeps(other.process, one.process))
        .map((other): [VirtualBus, VirtualBus] => [one, other]),
    )
  }

  #dial(caller: VirtualBus, called: VirtualBus): Promise<void> {
    const there = new Pipe<Frame>(this.#pipeOptions, caller.process, called.process)
    const back = new Pipe<Frame>(this.#pipeOptions, called.process, caller.process)
    const wire: Wire = { number: ++this.#wires, pipeFrom: (bus) => (bus === caller ? there : back) }
    return caller.call(called, wire)
  }

  #fate(from: VirtualProcess, to: VirtualProcess): Fate {
    for (const { keeps, fate } of this.#cuts) if (keeps(from, to)) return fate
    return 'arrives'
  }
}
