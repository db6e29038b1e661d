import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { createHash } from 'node:crypto'
import { AdminCode, decodeAdmin } from './message.ts'
import type { AdminAnswer } from './message.ts'
import { encodeConnect, encodePacket, encodePublish, MqttReader, MqttType, readPublish } from './mqtt.ts'
import type { MqttPacket } from './mqtt.ts'

export interface AdminAddress {
  readonly host: string
  readonly port: number
  readonly username: string
  readonly password: string
}

/** What a module answered. Some answer in the error's place. */
export interface ModuleAnswer {
  readonly error: unknown
  readonly body: unknown
}

const maxBytes = 64 * 1_048_576
const connectMs = 5_000

/** The line of a tool to a master. */
export class AdminClient {
  readonly #socket: Socket
  readonly #id: string
  readonly #username: string
  readonly #reader = new MqttReader(maxBytes)
  readonly #waiting = new Map<number, PromiseWithResolvers<ModuleAnswer>>()
  readonly #registered = Promise.withResolvers<void>()
  readonly #credentials: object
  /** Resolves when the line is lost, whoever ended it. */
  readonly closed: Promise<void>
  #lastRequest = 0

  /** Resolves with a client that the master has taken. @throws {Error} it is not there, or refuses. */
  static async open(id: string, address: AdminAddress): Promise<AdminClient> {
    const client = new AdminClient(id, address)
    const timer = setTimeout(() => client.#fail(new Error(`no answer within ${connectMs} ms`)), connectMs)
    try {
      await client.#registered.promise
      return client
    } finally {
      clearTimeout(timer)
    }
  }

  private constructor(id: string, { host, port, username, password }: AdminAddress) {
    this.#id = id
    this.#username = username
    const md5 = createHash('md5').update(password).digest('hex')
    this.#credentials = { type: 'client', id, username, password: md5, md5: true }
    this.#socket = connect({ host, port })
    this.#socket.on('connect', () => this.#socket.write(encodeConnect(id)))
    this.#socket.on('data', (chunk: Buffer) => this.#read(chunk))
    this.#socket.on('error', (error) => this.#fail(error))
    this.closed = new Promise((resolve) => {
      this.#socket.on('close', () => {
        this.#fail(new Error('the master has ended the connection'))
        resolve()
      })
    })
  }

  /** Asks a module of the master. @throws {Error} the line is lost. */
  request(moduleId: string, body: Readonly<Record<string, unknown>>): Promise<ModuleAnswer> {
    const reqId = ++this.#lastRequest
    const waiting = Promise.withResolvers<ModuleAnswer>()
    this.#waiting.set(reqId, waiting)
    const message = { reqId, moduleId, body: { ...body, clientId: this.#id, username: this.#username } }
    this.#socket.write(encodePublish('client', JSON.stringify(message)))
    return waiting.promise
  }

  close(): void {
    this.#socket.end(encodePacket(MqttType.disconnect))
  }

  #read(chunk: Buffer): void {
    try {
      for (const packet of this.#reader.push(chunk)) this.#take(packet)
    } catch (error) {
      this.#fail(error as Error)
    }
  }

  #take(packet: MqttPacket): void {
    if (packet.type === MqttType.connack) this.#socket.write(encodePublish('register', this.#credentials))
    if (packet.type !== MqttType.publish) return
    const { topic, payload } = readPublish(packet)
    const message = decodeAdmin(payload)
    if (topic === 'register') this.#onRegister(message as { code?: unknown; msg?: unknown })
    if (topic === 'client') this.#onAnswer(message as Partial<AdminAnswer>)
  }

  #onRegister({ code, msg }: { code?: unknown; msg?: unknown }): void {
    if (code === AdminCode.ok) this.#registered.resolve()
    else this.#fail(new Error(String(msg)))
  }

  #onAnswer({ respId, error, body }: Partial<AdminAnswer>): void {
    if (respId === undefined) return
    this.#waiting.get(respId)?.resolve({ error, body })
    this.#waiting.delete(respId)
  }

  #fail(error: Error): void {
    this.#registered.reject(error)
    for (const waiting of this.#waiting.values()) waiting.reject(error)
    this.#waiting.clear()
    this.#socket.destroy()
  }
}
