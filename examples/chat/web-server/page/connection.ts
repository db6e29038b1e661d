import { type Client, connect, ConnectionError, RequestError, viaGate } from '@shaddock/client'
import type { Chat } from '../../game-server/app/contract.ts'
import type { Entry } from './address.ts'
import { delayText, endText, refusalOf } from './reasons.ts'
import type { Link } from './room.ts'

/** Who enters which room, through which gate. */
export interface Place extends Entry {
  /** The URL of the gate server. */
  readonly gate: string
  /** How long the name may be taken at first: by a connection that is about to end. */
  readonly patienceMs: number
}

/** What somebody said, to everyone or to `target` alone. */
export interface Said {
  readonly from: string
  readonly target: string
  readonly text: string
}

/** What the servers tell, in the order in which it happened. */
export interface ConnectionEvents {
  /** One is in the room: for the first time, or again after a loss. `users` is the whole list. */
  onEntered(users: readonly string[]): void
  onJoined(user: string): void
  onLeft(user: string): void
  /** The whole list of people. */
  onListed(users: readonly string[]): void
  onSaid(said: Said): void
  onLink(link: Link): void
  /** It takes long to get in, for a reason that may pass. */
  onDelay(reason: string): void
  /** There is no connection any more, and no other is tried. */
  onEnd(reason: string): void
}

/** A place in a room, kept through lost connections. */
export interface Connection {
  /** @throws {RequestError} when it did not get through, or when nobody knows */
  say(text: string, target: string): Promise<void>
  /** Gives the place up. No events follow. */
  leave(): void
}

/** How long after a loss the own name may be held by the connection that was lost. */
const lossPatienceMs = 15_000
const takenPauseMs = 1_000
const reconnect = { minMs: 250, maxMs: 3_000 }

/** Takes a place in a room: asks the gate for a connector and enters there, and does so again after every loss. */
export function enterRoom(place: Place, events: ConnectionEvents): Connection {
  return new RoomConnection(place, events)
}

class RoomConnection implements Connection {
  readonly #place: Place
  readonly #events: ConnectionEvents
  readonly #left = new AbortController()
  #client: Client<Chat> | undefined
  #patienceMs: number
  /** How often it was tried to enter. */
  #visit = 0
  #entering: Promise<void> | undefined
  /** What is heard before the answer that lists the people: it happened after that. */
  #early: (() => void)[] | undefined = []

  constructor(place: Place, events: ConnectionEvents) {
    this.#place = place
    this.#events = events
    this.#patienceMs = place.patienceMs
    this.#connect().catch((error: unknown) => {
      this.#end(endText(error instanceof ConnectionError ? error.reason : undefined))
    })
  }

  async say(text: string, target: string): Promise<void> {
    const client = this.#client
    if (client === undefined) throw new RequestError(503, 'not connected')
    const message = { content: text, target }
    try {
      await client.request('chat.chatHandler.send', message)
    } catch (error) {
      if (!isOutside(error)) throw error
      // several messages may find that, and one visit is enough
      this.#entering ??= this.#enter(client).finally(() => (this.#entering = undefined))
      await this.#entering
      await client.request('chat.chatHandler.send', message)
    }
  }

  leave(): void {
    this.#left.abort()
  }

  async #connect(): Promise<void> {
    const { gate, name, room } = this.#place
    const { signal } = this.#left
    const uid = `${name}*${room}`
    const address = viaGate<Chat>(gate, (asked) => asked.request('gate.gateHandler.queryEntry', { uid }))
    await connect<Chat>(address, {
      onOpen: (client) => this.#enter(client),
      onRetry: (error) => this.#events.onDelay(delayText(error)),
      retryFirst: true,
      reconnect,
      signal,
    })
  }

  async #enter(client: Client<Chat>): Promise<void> {
    this.#early = []
    if (this.#client === undefined) this.#listen(client)
    this.#client = client
    const users = await this.#takePlace(client, ++this.#visit)
    this.#left.signal.throwIfAborted()
    this.#patienceMs = lossPatienceMs
    this.#events.onEntered(users)
    for (const event of this.#early) event()
    this.#early = undefined
  }

  #listen(client: Client<Chat>): void {
    const events = this.#events
    const hear = (event: () => void): void => {
      if (this.#early === undefined) event()
      else this.#early.push(event)
    }
    client.on('onAdd', ({ user }) => hear(() => events.onJoined(user)))
    client.on('onLeave', ({ user }) => hear(() => events.onLeft(user)))
    client.on('onUsers', ({ users }) => hear(() => events.onListed(users)))
    client.on('onChat', ({ from, target, msg }) => hear(() => events.onSaid({ from, target, text: msg })))
    client.onState((state, reason) => {
      if (state === 'closed') this.#end(endText(reason))
      else events.onLink(state)
    })
  }

  async #takePlace(client: Client<Chat>, visit: number): Promise<string[]> {
    const { name, room } = this.#place
    const deadline = Date.now() + this.#patienceMs
    for (;;) {
      try {
        return (await client.request('connector.entryHandler.enter', { username: name, rid: room })).users
      } catch (error) {
        const refusal = refusalOf(error as RequestError, name, room) // a request fails with nothing else
        const mayPass = refusal.kind === 'taken' && Date.now() < deadline
        if (refusal.kind !== 'busy' && !mayPass) this.#end(refusal.text)
        if (!mayPass) throw error
      }
      this.#events.onDelay(`${name} is still held by another connection. Trying again…`)
      await new Promise((resolve) => setTimeout(resolve, takenPauseMs))
      // another visit may have begun, on another connection: this one must not take the place from it
      if (visit !== this.#visit) throw new RequestError(503, 'connection lost')
    }
  }

  #end(reason: string): void {
    if (this.#left.signal.aborted) return
    this.#left.abort()
    this.#events.onEnd(reason)
  }
}

/** Whether the room's server does not know one: it has taken the place of a server that died. */
function isOutside(error: unknown): boolean {
  return error instanceof RequestError && error.code === 403
}
