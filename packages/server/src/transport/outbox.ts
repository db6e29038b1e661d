import { Turn } from '../turn.ts'

/** Where an outbox's bytes go. A `net.Socket` is one. */
export interface OutboxSink {
  /** Bytes written and not yet taken by the operating system. */
  readonly writableLength: number
  write(bytes: Uint8Array): void
}

/** Joins the frames that one connection is sent in one turn of the event loop into one write. */
export class Outbox {
  readonly #sink: OutboxSink
  readonly #turn: FlushTurn
  readonly #maxBacklogBytes: number
  /** The first frame of the turn; with a second one, all of them. Most turns bring a connection one, or none. */
  #first: Uint8Array | undefined
  #frames: Uint8Array[] | undefined
  #queuedBytes = 0
  #destroyed = false

  constructor(sink: OutboxSink, turn: FlushTurn, maxBacklogBytes: number) {
    this.#sink = sink
    this.#turn = turn
    this.#maxBacklogBytes = maxBacklogBytes
  }

  /** Bytes pushed and not yet taken by the operating system. */
  get bufferedBytes(): number {
    return this.#queuedBytes + this.#sink.writableLength
  }

  /**
   * Queues a frame. Returns false, and takes nothing, when more than `maxBacklogBytes` wait already: one frame may pass
   * the limit, however large it is.
   */
  push(frame: Uint8Array): boolean {
    if (this.#destroyed) return true
    if (this.bufferedBytes > this.#maxBacklogBytes) {
      // a turn may say much to a client that reads fast: what the operating system takes at once is no backlog
      this.flush()
      if (this.#sink.writableLength > this.#maxBacklogBytes) return false
    }
    this.#queuedBytes += frame.length
    if (this.#first === undefined) {
      this.#first = frame
      this.#turn.push(this)
    } else if (this.#frames === undefined) {
      this.#frames = [this.#first, frame]
    } else {
      this.#frames.push(frame)
    }
    return true
  }

  /** Writes what is queued, now. */
  flush(): void {
    if (this.#first === undefined) return
    const bytes = this.#frames === undefined ? this.#first : Buffer.concat(this.#frames, this.#queuedBytes)
    this.#clear()
    this.#sink.write(bytes)
  }

  /** Drops what is queued. Nothing is written from here on. */
  destroy(): void {
    this.#destroyed = true
    this.#clear()
  }

  #clear(): void {
    this.#first = undefined
    this.#frames = undefined
    this.#queuedBytes = 0
  }
}

/** The outboxes that were pushed to, flushed together when the turn of the event loop ends. One a transport. */
export type FlushTurn = Turn<Outbox>

export function createFlushTurn(): FlushTurn {
  return new Turn((outboxes) => {
    for (const outbox of outboxes) outbox.flush()
  })
}
