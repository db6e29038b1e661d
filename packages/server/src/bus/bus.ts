/**
 * Bytes between servers. At most once; in order from one publisher to one subscriber, across subjects:
 * what one server publishes, requests and replies reaches another in the order in which it was said.
 * Messages are delivered in a later turn or microtask, never inside `publish` or `request`. Who awaits a reply goes on
 * when what arrived along with it has been delivered.
 */
export interface Bus {
  /** What its links have carried so far. Absent where nothing leaves the process. */
  readonly traffic?: Readonly<BusTraffic>
  /** Resolves once everything published by or to servers that are there now would arrive. */
  open(): Promise<void>
  /**
   * Sends to everyone who subscribes to `subject`, this bus included. Lost when nobody does, and after `close`.
   * `data` is not to be changed afterwards.
   * @throws {ServerError} `TOO_LARGE`: more than the bus carries in one message. The same goes for `request` and `reply`.
   */
  publish(subject: string, data: Uint8Array): void
  /**
   * Publishes, and says it again to each other bus as soon as that is linked, anew too, and subscribes. One at a time for
   * each subject. Returns the undo.
   */
  retain(subject: string, data: Uint8Array): () => void
  /**
   * Returns the function that unsubscribes. Others learn of a subscription in the order of what this bus says: who
   * hears something that was published after it knows it. A subscriber must not throw: that is reported and ends there.
   */
  subscribe(subject: string, onMessage: (message: BusMessage) => void): () => void
  /**
   * Asks one subscriber of `subject`. With a `timeoutMs` of `Infinity`, for as long as the link holds.
   * @throws {ServerError} `TIMEOUT`: no reply within `timeoutMs`. `NO_SERVER`: nobody subscribes, or the link to who
   * was asked is lost; known at once. `BUSY`: more is queued for that link, or more requests wait, than is allowed.
   */
  request(subject: string, data: Uint8Array, timeoutMs: number): Promise<Uint8Array>
  /**
   * Follows the link to one subscriber of `subject`. When it is lost, `onLost` is called, once: here and on the other side
   * before anything is heard over the next. Returns undefined when nobody subscribes.
   */
  watch(subject: string, onLost: () => void): Watch | undefined
  /** Sends what is queued, then disconnects. What was in flight rejects with `NO_SERVER`. */
  close(): Promise<void>
}

/** Follows a link. What leads to the own bus is never lost. */
export interface Watch {
  /**
   * Gives the link up. It is lost for all who watch it, and for the other side when that hears of it; what was asked
   * over it fails with `NO_SERVER`, and nothing more is heard over it. If both live, another takes its place.
   */
  cut(): void
  end(): void
}

/** Bytes to and from all others, with what the bus itself adds. */
export interface BusTraffic {
  sentBytes: number
  receivedBytes: number
}

/** A message to a subscriber. */
export interface BusMessage {
  /** The subscriber's to keep, not to change: others may hold the same bytes. */
  readonly data: Uint8Array
  /** Whether it is a request over a link that has been lost since: who asked knows, and may have asked another. */
  readonly isAbandoned: boolean
  /** When the link was made over which a request came, in milliseconds of `performance.now`. Infinity: it is the bus's own. */
  readonly linkedAt: number
  /** Answers a `request`, once. Does nothing for a published message. */
  reply(data: Uint8Array): void
}
