import type { Client } from './client.ts'
import type { Crowd } from './crowd.ts'
import { Pacer } from './pacer.ts'
import type { Phase, Scenario, Send } from './scenario.ts'
import { Tally } from './tally.ts'
import { renderMessage } from './template.ts'
import { readTimestamp, timestampBytes } from './timestamp.ts'

/** What the clients do in one phase. */
export class Work {
  readonly tally = new Tally()
  readonly phase: Phase
  readonly #scenario: Scenario
  readonly #crowd: Crowd
  readonly #send: Send | undefined
  readonly #startMs = performance.now()
  readonly #pacers: Pacer[] = []
  #senders: Client[] = []
  #nextSender = 0
  #nextChurn = 0
  /** Where the last delivery's timestamp stood: the next one's, as a rule. */
  #timestampAt = 0
  #isOver = false

  constructor(phase: Phase, scenario: Scenario, crowd: Crowd) {
    this.phase = phase
    this.#scenario = scenario
    this.#crowd = crowd
    this.#send = phase.send
    for (const client of crowd.clients()) this.#brief(client)
    for (const client of this.#senders) this.#begin(client)
    if (this.#send && 'rate' in this.#send) {
      this.#pacers.push(new Pacer(this.#send.rate, (dueMs) => this.#sendDue(dueMs)))
    }
    if (phase.churnPerSecond > 0) {
      this.#pacers.push(
        new Pacer(phase.churnPerSecond, () => crowd.replace(this.#nextChurn++ % scenario.clients)),
      )
    }
  }

  /** Takes in a client that came while the phase runs. */
  onEnter(client: Client): void {
    if (!this.#isOver && this.#brief(client)) this.#begin(client)
  }

  onLeave(client: Client): void {
    const at = this.#senders.indexOf(client)
    if (at !== -1) this.#senders.splice(at, 1)
  }

  onAnswer(client: Client, dueMs: number, code: number): void {
    const { readAtMs } = client.connection
    this.tally.requests.record(readAtMs - dueMs)
    if (this.#isOver) return
    this.tally.answered++
    if (code !== 0) this.tally.addError(`code ${code}`)
    if (this.#send && 'inFlight' in this.#send) this.#sendFrom(client, readAtMs)
    else this.#pacers[0]?.poll(readAtMs)
  }

  onDelivery(client: Client, bytes: Buffer, start: number, end: number): void {
    if (!this.#isOver) this.tally.deliveries++
    const dueMs = this.#dueOf(bytes, start, end)
    // what an earlier phase left behind is not this one's
    if (dueMs >= this.#startMs) this.tally.delivering.record(client.connection.readAtMs - dueMs)
  }

  /** Gives up requests that are older than the time they have, and goes on without them. */
  expire(nowMs: number): void {
    for (const client of this.#senders) {
      for (const dueMs of client.connection.giveUp(nowMs - this.#scenario.timeoutMs)) {
        this.tally.requests.record(nowMs - dueMs)
        this.tally.addError('no answer')
        if (this.#send && 'inFlight' in this.#send) this.#sendFrom(client, nowMs)
      }
      client.connection.flush()
    }
  }

  /** Sends and counts nothing more; answers to what was sent still tell how long they took. */
  stop(): void {
    this.#isOver = true
    for (const pacer of this.#pacers) pacer.stop()
  }

  get inFlight(): number {
    return this.#senders.reduce((sum, { connection }) => sum + connection.inFlight, 0)
  }

  /** Counts what was never answered as having taken until now: it took longer. */
  giveUp(): void {
    const nowMs = performance.now()
    for (const { connection } of this.#senders) {
      for (const dueMs of connection.giveUp(Infinity)) {
        this.tally.requests.record(nowMs - dueMs)
        this.tally.addError('no answer')
      }
    }
  }

  /** Tells a client what it does in this phase. Returns whether that is to send. */
  #brief(client: Client): boolean {
    const { sendersPerRoom = Infinity, delivery } = this.phase
    client.connection.watch(delivery)
    if (!this.#send || client.slot % this.#scenario.roomSize >= sendersPerRoom) return false
    const { type, route, message } = this.#send
    client.prepared = client.connection.prepare({ type, route, body: renderMessage(message, client.values) })
    this.#senders.push(client)
    return true
  }

  #begin(client: Client): void {
    if (!this.#send || !('inFlight' in this.#send)) return
    for (let i = 0; i < this.#send.inFlight; i++) this.#sendFrom(client, performance.now())
    client.connection.flush()
  }

  #sendDue(dueMs: number): void {
    if (this.#senders.length === 0) return this.tally.addError('nobody to send')
    const client = this.#senders[this.#nextSender++ % this.#senders.length]!
    this.#sendFrom(client, dueMs)
    client.connection.flush()
    this.tally.late.record(performance.now() - dueMs)
  }

  #sendFrom(client: Client, dueMs: number): void {
    if (!client.prepared) return
    if (client.connection.send(client.prepared, dueMs)) this.tally.sent++
    else this.tally.addError('not sent')
  }

  /** Returns when a delivery was due, or NaN when it does not say. */
  #dueOf(bytes: Buffer, start: number, end: number): number {
    const last = end - timestampBytes
    const guess = start + this.#timestampAt
    const dueMs = guess <= last ? readTimestamp(bytes, guess) : NaN
    if (!Number.isNaN(dueMs)) return dueMs
    for (let at = start; at <= last; at++) {
      const found = readTimestamp(bytes, at)
      if (Number.isNaN(found)) continue
      this.#timestampAt = at - start
      return found
    }
    return NaN
  }
}
