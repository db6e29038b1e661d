import { connect } from '@shaddock/client'
import type { Client } from '@shaddock/client'
import type { Chat } from '../game-server/app/contract.ts'

/** A message as it is said: who hears it knows what came before. */
export interface Saying {
  readonly name: string
  readonly number: number
  readonly saidAt: number
  /** When its request was answered; absent while it waits, and when it failed. */
  answeredAt?: number
}

/** Somebody in a room who talks, and who notes what is heard, and when it was connected. */
export class Person {
  readonly name: string
  readonly room: string
  readonly sayings: Saying[] = []
  /** What was heard of each other: numbers, in the order in which they came. */
  readonly heard = new Map<string, { number: number; at: number }[]>()
  /** Who is in the room, as a page would show it. */
  readonly people = new Set<string>()
  /** Times at which it was out of its room. */
  readonly absences: { from: number; to: number }[] = []
  /** Requests that failed, by code. */
  readonly refusals = new Map<number, number>()
  waiting = 0
  /** What has been heard of the list while it was being asked for: what comes then may be older, or newer. */
  #changes: ((people: Set<string>) => void)[] = []
  readonly #end = new AbortController()
  #client: Client<Chat> | undefined
  #outSince: number | undefined

  constructor(name: string, room: string) {
    this.name = name
    this.room = room
  }

  async enter(askGate: () => Promise<string>): Promise<void> {
    this.#outSince = performance.now()
    await connect<Chat>(askGate, {
      onOpen: (client) => this.#onOpen(client),
      reconnect: { minMs: 50, maxMs: 1_000 },
      retryFirst: true,
      timeoutMs: 12_000,
      signal: this.#end.signal,
    })
  }

  leave(): void {
    this.#end.abort()
    this.#client?.close()
  }

  /** Who had to come back after a fault was out from the fault on, though it may not have noticed at once. */
  outFrom(fault: number): void {
    for (const absence of this.absences) if (absence.to > fault) absence.from = Math.min(absence.from, fault)
  }

  /** Whether it was in its room, without a break, from `from` to `to`. */
  wasIn(from: number, to: number): boolean {
    if (this.#outSince !== undefined && this.#outSince < to) return false
    return this.absences.every((absence) => absence.to < from || absence.from > to)
  }

  get isIn(): boolean {
    return this.#outSince === undefined
  }

  async say(): Promise<void> {
    const client = this.#client
    if (client === undefined || !this.isIn) return
    const saying: Saying = { name: this.name, number: this.sayings.length, saidAt: performance.now() }
    this.sayings.push(saying)
    this.waiting++
    try {
      const content = `${this.name} ${saying.number}`
      await client.request('chat.chatHandler.send', { content, target: '*' })
      saying.answeredAt = performance.now()
    } catch (error) {
      const code = (error as { code?: number }).code ?? 0
      this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1)
    }
    this.waiting--
  }

  async #onOpen(client: Client<Chat>): Promise<void> {
    if (this.#client !== client) {
      this.#client = client
      this.#listen(client)
    }
    for (;;) {
      try {
        const entry = { username: this.name, rid: this.room }
        this.#changes = []
        const { users } = await client.request('connector.entryHandler.enter', entry)
        replace(this.people, users)
        for (const change of this.#changes) change(this.people)
        break
      } catch (error) {
        // one's own earlier connection has not been given up yet
        if ((error as { code?: number }).code !== 500) throw error
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    }
    if (this.#outSince !== undefined) this.absences.push({ from: this.#outSince, to: performance.now() })
    this.#outSince = undefined
  }

  #change(change: (people: Set<string>) => void): void {
    change(this.people)
    if (!this.isIn) this.#changes.push(change)
  }

  #listen(client: Client<Chat>): void {
    client.on('onAdd', ({ user }) => this.#change((people) => people.add(user)))
    client.on('onLeave', ({ user }) => this.#change((people) => people.delete(user)))
    client.on('onUsers', ({ users }) => this.#change((people) => replace(people, users)))
    client.on('onChat', ({ msg }) => {
      const [name = '', number] = msg.split(' ')
      const numbers = this.heard.get(name) ?? []
      this.heard.set(name, numbers)
      numbers.push({ number: Number(number), at: performance.now() })
    })
    client.onState((state) => {
      if (state !== 'online') this.#outSince ??= performance.now()
    })
  }
}

function replace(people: Set<string>, users: readonly string[]): void {
  people.clear()
  for (const user of users) people.add(user)
}
