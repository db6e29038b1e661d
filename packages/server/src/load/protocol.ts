import type { IdRange } from './pending.ts'

/** What clients and a server say over a stream of payloads. One serves all connections of a run. */
export interface Protocol {
  readonly ids: IdRange
  /** Begins the conversation of one connection, whose stream is open. */
  converse(hearer: Hearer): Conversation
}

/** One side of a conversation: the client's. Ranges of bytes are good until the call returns. */
export interface Conversation {
  /** Reads a payload. Untrusted. @throws {Error} it is not of the protocol: the connection ends. */
  receive(bytes: Buffer, start: number, end: number): void
  /** Returns a message's payload. A request's id is written into it with `writeId`. */
  encode(message: Outgoing): Payload
  writeId(bytes: Buffer, at: number, id: number): void
  /** From now on, pushes of this route are deliveries. */
  watch(route: string | undefined): void
}

export interface Outgoing {
  readonly type: 'request' | 'notify'
  readonly route: string
  /** JSON. */
  readonly body: Buffer
}

export interface Payload {
  readonly bytes: Buffer
  /** Where the id stands. */
  readonly idAt: number
  readonly isText?: boolean
}

/** What a conversation tells its connection. */
export interface Hearer {
  /** Sends a payload now. */
  say(payload: Uint8Array, isText?: boolean): void
  /** The server takes requests from here on. */
  onReady(): void
  onAnswer(id: number, bytes: Buffer, start: number, end: number): void
  onDelivery(bytes: Buffer, start: number, end: number): void
  /** The server has sent a heartbeat, and wants this answer after that time. */
  onHeartbeat(afterMs: number, answer: Uint8Array): void
  /** The server ends it, and said why. */
  onKick(reason: string): void
}
