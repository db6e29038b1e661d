import { connect } from '@shaddock/client'
import type { Client, WebSocketConstructor } from '@shaddock/client'
import type { Chat, Said } from './chat.ts'
import type { Random } from './random.ts'
import { VirtualProcess } from './virtual-process.ts'
import { createVirtualSocket } from './virtual-transport.ts'
import type { VirtualTransport } from './virtual-transport.ts'
import type { VirtualTime } from './virtual-time.ts'

/** A message as its sender knows it. */
export interface Saying {
  readonly from: string
  readonly room: string
  readonly number: number
  readonly saidAt: number
  /** The frontend's address when it was said. */
  readonly via: string
  /** The speaker's stay in the room, by its number: within one, order is kept. */
  readonly stay: number
  answeredAt?: number
  /** The server that answered. */
  by?: string
}

/** What a person knows of the world. */
export interface Surroundings {
  readonly time: VirtualTime
  readonly random: Random
  /** How long to wait for an answer, in milliseconds. */
  readonly patienceMs: number
  /** Whether to say nothing of one's own accord. */
  readonly isQuiet: boolean
  /** The ids of the frontends that there are or have been. */
  connectors(): readonly string[]
  transport(id: string): VirtualTransport | undefined
  note(who: string, what: string): void
  /** A message, or the wish to enter, was answered, with whatever. */
  onAnswer(what: string, askedAt: number, via: string): void
}

/** Somebody who talks in rooms, with the real client, and notes what is heard, and when it was where. */
export class Person {
  readonly name: string
  readonly process: VirtualProcess
  readonly sayings: Saying[] = []
  readonly heard: Said[] = []
  readonly #heardSayings = new Set<string>()
  /** Stays in rooms: from when it was told that it is in, to when it may be out. */
  readonly stays: { readonly room: string; readonly from: number; to: number }[] = []
  /** Who is in the room, as a page would show it. */
  readonly people = new Set<string>()
  room: string
  waiting = 0
  readonly #world: Surroundings
  readonly #random: Random
  #client: Client<Chat> | undefined
  /** What was heard of the list while it was being asked for: the answer may be older. */
  #changes: ((people: Set<string>) => void)[] = []
  #frontend = ''
  #isLeaving = false
  #isMoving = false

  constructor(name: string, room: string, world: Surroundings) {
    this.name = name
    this.room = room
    this.#world = world
    this.#random = world.random.fork()
    this.process = new VirtualProcess(name)
  }

  /** Whether it was told that it is in its room, and nothing since then that says otherwise. */
  get isIn(): boolean {
    return this.process.state === 'running' && this.stays.at(-1)?.to === Infinity
  }

  /** Whether it has gone for good. */
  get isGone(): boolean {
    return this.#isLeaving
  }

  /** Whether it was in a room, without a break. */
  wasIn(room: string, from: number, to: number): boolean {
    return this.stays.some((stay) => stay.room === room && stay.from <= from && stay.to >= to)
  }

  hasHeard({ from, number }: Saying): boolean {
    return this.#heardSayings.has(`${from} ${number}`)
  }

  start(): void {
    this.#world.time.in(this.process, () => {
      void this.#connect()
      void this.#talk()
    })
  }

  /** Says goodbye for good. */
  leave(): void {
    if (this.#isLeaving) return
    this.#isLeaving = true
    this.#out()
    this.#client?.close()
  }

  /** Is there no more, without a word. */
  vanish(): void {
    this.#isLeaving = true
    this.#out()
    this.process.kill()
  }

  /** Goes to another room. */
  async move(room: string): Promise<void> {
    if (!this.isIn || this.#client === undefined) return
    this.#out()
    this.room = room
    this.#world.note(this.name, `moves to ${room}`)
    // what it hears now may be of the room before
    this.#isMoving = true
    try {
      await this.#enter(this.#client)
    } catch (error) {
      // where it is now nobody knows: begin again
      this.#world.note(this.name, `cannot move: ${String(error)}`)
      if (!this.#isLeaving) await this.#again()
    } finally {
      this.#isMoving = false
    }
  }

  async say(thinkMs = 0): Promise<void> {
    if (!this.isIn || this.#client === undefined) return
    const { time } = this.#world
    const saying: Saying = {
      ...{ from: this.name, room: this.room, number: this.sayings.length },
      ...{ saidAt: time.now, via: this.#frontend, stay: this.stays.length },
    }
    this.sayings.push(saying)
    this.waiting++
    try {
      const answer = await this.#client.request('chat.talk.say', { number: saying.number, thinkMs })
      saying.answeredAt = time.now
      saying.by = `${answer.by}@${answer.incarnation}`
    } catch (error) {
      const { code } = error as { code?: number }
      this.#world.note(this.name, `is refused ${saying.number}: ${code} ${String(error)}`)
      // its room's server does not know it: as a page would, it enters again
      if (code === 403 && this.isIn) void this.#again()
    }
    this.waiting--
    this.#world.onAnswer(`${this.name}'s message ${saying.number}`, saying.saidAt, saying.via)
  }

  async #connect(): Promise<void> {
    const { time } = this.#world
    const WebSocket: WebSocketConstructor = createVirtualSocket(time, this.process, (url) =>
      this.#world.transport(url),
    )
    const client = connect<Chat>(() => this.#address(), {
      WebSocket,
      onOpen: (opened) => this.#onOpen(opened),
      reconnect: { minMs: 50, maxMs: 1_000 },
      retryFirst: true,
      // the servers' deadline is what is looked at
      timeoutMs: this.#world.patienceMs,
    })
    await client.catch((error: unknown) => this.#world.note(this.name, `gives up: ${String(error)}`))
  }

  #address(): string {
    const id = this.#random.pick(this.#world.connectors())
    this.#frontend = id
    return id
  }

  async #again(): Promise<void> {
    this.#out()
    this.#client?.close()
    this.#client = undefined
    await this.#connect()
  }

  async #onOpen(client: Client<Chat>): Promise<void> {
    if (this.#client !== client) {
      this.#client = client
      this.#listen(client)
    }
    await this.#enter(client)
  }

  async #enter(client: Client<Chat>): Promise<void> {
    const { room } = this
    const askedAt = this.#world.time.now
    try {
      this.#changes = []
      const { users } = await client.request('connector.entry.enter', { user: this.name, room })
      replace(this.people, users)
      for (const change of this.#changes) change(this.people)
      this.stays.push({ room, from: this.#world.time.now, to: Infinity })
      this.#world.note(this.name, `is in ${room} via ${this.#frontend}`)
    } finally {
      this.#world.onAnswer(`${this.name}'s entry`, askedAt, this.#frontend)
    }
  }

  #change(change: (people: Set<string>) => void): void {
    change(this.people)
    if (!this.isIn && !this.#isMoving) this.#changes.push(change)
  }

  #listen(client: Client<Chat>): void {
    client.on('onAdd', ({ user }) => this.#change((people) => people.add(user)))
    client.on('onLeave', ({ user }) => this.#change((people) => people.delete(user)))
    client.on('onUsers', ({ users }) => this.#change((people) => replace(people, users)))
    client.on('onSaid', (said) => {
      this.heard.push(said)
      this.#heardSayings.add(`${said.from} ${said.number}`)
    })
    client.onState((state, reason) => {
      if (state === 'online') return
      this.#world.note(this.name, `${state} ${reason?.reason ?? ''}`)
      this.#out()
      // replaced by one's own second connection, or kicked
      if (state === 'closed' && !this.#isLeaving && this.#client === client && reason?.reason !== 'client')
        void this.#again()
    })
  }

  #out(): void {
    const last = this.stays.at(-1)
    if (last?.to === Infinity) last.to = this.#world.time.now
  }

  async #talk(): Promise<void> {
    while (!this.#isLeaving && !this.#world.isQuiet) {
      await new Promise((resolve) => setTimeout(resolve, this.#random.between(100, 1_000)))
      if (this.#world.isQuiet || !this.isIn) continue
      // several at once: their order is to be kept
      for (let count = this.#random.integer(1, 3); count > 0; count--)
        void this.say(this.#random.chance(0.3) ? this.#random.between(1, 200) : 0)
    }
  }
}

function replace(people: Set<string>, users: readonly string[]): void {
  people.clear()
  for (const user of users) people.add(user)
}
