import { formatAddress } from './address.ts'
import type { Address } from './address.ts'
import { Connection } from './connection.ts'
import type { ConnectionEvents, ConnectionOptions, Prepared } from './connection.ts'
import { LoadError } from './load-error.ts'
import type { Scenario, Step } from './scenario.ts'
import { renderMessage } from './template.ts'
import type { TemplateValues } from './template.ts'

/** What the connections of one client are told. */
export interface ClientEvents {
  /** @param code Of an answer that is an error, else 0. */
  onAnswer(client: Client, dueMs: number, code: number): void
  onDelivery(client: Client, bytes: Buffer, start: number, end: number): void
  onClose(client: Client, reason: string): void
}

/** One simulated user: finds its connector, connects and logs in. */
export class Client {
  /** Its place among all that are there at a time; one who replaces it takes it over. */
  readonly slot: number
  readonly values: TemplateValues
  /** What it sends in this phase. */
  prepared: Prepared | undefined
  #connection: Connection | undefined

  constructor(slot: number, values: TemplateValues) {
    this.slot = slot
    this.values = values
  }

  /** @throws {LoadError} it is not there, refuses, or takes too long. */
  async enter(scenario: Scenario, options: ConnectionOptions, events: ClientEvents): Promise<Connection> {
    const address = await this.#findConnector(scenario, options)
    const connection = await Connection.open(address, options, this.#eventsFor(events))
    this.#connection = connection
    try {
      for (const { route, message } of scenario.login) {
        const answer = await connection.request(route, renderMessage(message, this.values))
        const code = errorCodeOf(answer, 0, answer.length)
        if (code !== 0) throw new LoadError(`${route}: answered ${answer.toString('utf8', 0, 200)}`)
      }
    } catch (error) {
      connection.close()
      throw error
    }
    return connection
  }

  /** Its connection, once it has entered. */
  get connection(): Connection {
    if (!this.#connection) throw new LoadError('the client is not connected')
    return this.#connection
  }

  leave(): void {
    this.#connection?.close()
  }

  async #findConnector({ target }: Scenario, options: ConnectionOptions): Promise<Address> {
    if ('connectors' in target) return target.connectors[this.slot % target.connectors.length]!
    const gate = await Connection.open(target.gate, options, ignored)
    try {
      const answer = await gate.request(target.ask.route, renderMessage(target.ask.message, this.values))
      return { ...target.gate, ...readConnector(answer, target.gate, target.ask) }
    } finally {
      gate.close()
    }
  }

  #eventsFor(events: ClientEvents): ConnectionEvents {
    return {
      onAnswer: (dueMs, bytes, start, end) => events.onAnswer(this, dueMs, errorCodeOf(bytes, start, end)),
      onDelivery: (bytes, start, end) => events.onDelivery(this, bytes, start, end),
      onClose: (reason) => events.onClose(this, reason),
    }
  }
}

const ignored: ConnectionEvents = {
  onAnswer: () => undefined,
  onDelivery: () => undefined,
  onClose: () => undefined,
}

function readConnector(answer: Buffer, gate: Address, { route }: Step): { host: string; port: number } {
  const text = answer.toString()
  try {
    const { host, port } = JSON.parse(text) as { host?: unknown; port?: unknown }
    if (typeof host === 'string' && typeof port === 'number') return { host, port }
  } catch {
    // said below
  }
  throw new LoadError(`${route} on ${formatAddress(gate)}: no host and port in ${text.slice(0, 200)}`)
}

/** Returns the code of an answer that is an error, `{"code":429,…}`, or 0. */
function errorCodeOf(bytes: Buffer, start: number, end: number): number {
  if (end - start <= codeStart.length) return 0
  for (let i = 0; i < codeStart.length; i++) if (bytes[start + i] !== codeStart[i]) return 0
  const code = Number.parseInt(
    bytes.toString('latin1', start + codeStart.length, Math.min(end, start + 16)),
    10,
  )
  return code >= 400 ? code : 0
}

const codeStart = Buffer.from('{"code":')
