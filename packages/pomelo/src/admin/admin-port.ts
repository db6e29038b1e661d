import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { getLogger } from '../log.ts'
import { AdminCode, decodeAdmin, encodeAnswer, readAdminMessage } from './message.ts'
import type { AdminMessage } from './message.ts'
import { encodePacket, encodePublish, MqttReader, MqttType, readPublish } from './mqtt.ts'
import type { MqttPacket } from './mqtt.ts'
import type { AdminUser, Credentials } from './users.ts'

/** What a tool asks for, when it has said who it is. */
export interface ToolRequest {
  readonly user: AdminUser
  readonly clientId: string
  readonly message: AdminMessage
}

export interface AdminPortOptions {
  readonly host: string
  readonly port: number
  readonly authenticate: (credentials: Credentials) => Promise<AdminUser | undefined>
  /** Calls back with an error and a body. */
  readonly onRequest: (request: ToolRequest, answer: (error?: unknown, body?: unknown) => void) => void
  readonly onClient: (client: AdminClientConnection) => void
  readonly onClientGone: (client: AdminClientConnection) => void
}

/** Tools' messages are short. */
const maxBytes = 1_048_576
/** How long a tool may take to say who uses it. */
const registerMs = 10_000
/** Tools that are connected at a time, who said who they are or not. */
const maxConnections = 64

const logger = getLogger('pomelo-admin')

/** The port that Pomelo's command and pomelo-cli connect to: MQTT over TCP. Servers have other ways. */
export class AdminPort {
  readonly #options: AdminPortOptions
  readonly #server: Server
  readonly #connections = new Set<AdminClientConnection>()

  constructor(options: AdminPortOptions) {
    this.#options = options
    this.#server = createServer((socket) => this.#accept(socket))
    this.#server.maxConnections = maxConnections
  }

  /** Resolves with the port. @throws what the system refuses with: mostly, that another master listens there. */
  async listen(): Promise<number> {
    const { host, port } = this.#options
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen({ host, port }, resolve)
    })
    this.#server
      .removeAllListeners('error')
      .on('error', (error) => logger.error('the admin port: %s', error.message))
    // a listening TCP server has such an address
    return (this.#server.address() as AddressInfo).port
  }

  /** Ends all connections, when what they were answered has left. */
  close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    for (const connection of this.#connections) connection.end()
    return closed
  }

  #accept(socket: Socket): void {
    const connection = new AdminClientConnection(socket, this.#options)
    this.#connections.add(connection)
    socket.once('close', () => {
      this.#connections.delete(connection)
      if (connection.user !== undefined) this.#options.onClientGone(connection)
    })
  }
}

/** A tool that is connected. Whatever it sends, it harms nobody but itself. */
export class AdminClientConnection {
  /** What the tool calls itself, once it has registered. */
  id = ''
  user: AdminUser | undefined
  readonly #socket: Socket
  readonly #options: AdminPortOptions
  readonly #reader = new MqttReader(maxBytes)
  readonly #deadline: NodeJS.Timeout
  #hasBegun = false
  #isRegistering = false

  constructor(socket: Socket, options: AdminPortOptions) {
    this.#socket = socket
    this.#options = options
    this.#deadline = setTimeout(() => socket.destroy(), registerMs)
    socket.on('error', () => undefined)
    socket.once('close', () => clearTimeout(this.#deadline))
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
  }

  notify(moduleId: string, msg: unknown): void {
    this.#send('client', { moduleId, body: msg })
  }

  end(): void {
    this.#socket.end(encodePacket(MqttType.disconnect))
    // who does not answer the goodbye is cut off
    setTimeout(() => this.#socket.destroy(), 1_000).unref()
  }

  #read(chunk: Buffer): void {
    try {
      // browsers and port scanners find any port
      if (!this.#hasBegun && chunk[0]! >> 4 !== MqttType.connect)
        throw new TypeError('it does not speak MQTT')
      this.#hasBegun = true
      for (const packet of this.#reader.push(chunk)) this.#take(packet)
    } catch (error) {
      logger.warn('a tool is cut off: %s', (error as Error).message)
      this.#socket.destroy()
    }
  }

  #take(packet: MqttPacket): void {
    switch (packet.type) {
      case MqttType.connect:
        this.#socket.write(encodePacket(MqttType.connack, Buffer.of(0, 0)))
        return
      case MqttType.pingreq:
        this.#socket.write(encodePacket(MqttType.pingresp))
        return
      case MqttType.disconnect:
        this.#socket.end()
        return
      case MqttType.publish:
        this.#onPublish(packet)
    }
  }

  #onPublish(packet: MqttPacket): void {
    const { topic, payload } = readPublish(packet)
    const message = decodeAdmin(payload)
    if (typeof message !== 'object' || message === null) throw new TypeError('a message is no object')
    if (topic === 'register') void this.#register(message)
    else if (topic === 'client' && this.user !== undefined)
      this.#request(this.user, readAdminMessage(message))
    else throw new TypeError(`nobody registered says ${topic}`)
  }

  async #register(message: Credentials & { readonly type?: unknown; readonly id?: unknown }): Promise<void> {
    // one that tries again connects again
    if (this.#isRegistering) return
    this.#isRegistering = true
    const { type, id, username } = message
    // Pomelo's own servers registered here; Shaddock's find one another without
    const user = type === 'client' && typeof id === 'string' ? await this.#authenticated(message) : undefined
    if (this.#socket.destroyed) return
    if (user === undefined) {
      logger.warn('%j was refused as the user of a tool', username)
      this.#send('register', {
        code: AdminCode.fail,
        msg: 'client auth failed with username or password error',
      })
      return this.end()
    }
    clearTimeout(this.#deadline)
    this.id = String(id)
    this.user = user
    this.#options.onClient(this)
    this.#send('register', { code: AdminCode.ok, msg: 'ok' })
  }

  async #authenticated(credentials: Credentials): Promise<AdminUser | undefined> {
    try {
      return await this.#options.authenticate(credentials)
    } catch (error) {
      logger.error('nobody can be authenticated: %s', error)
      return undefined
    }
  }

  #request(user: AdminUser, message: AdminMessage): void {
    const { reqId } = message
    this.#options.onRequest({ user, clientId: this.id, message }, (error, body) => {
      if (typeof reqId === 'number') this.#send('client', encodeAnswer(reqId, error, body))
    })
  }

  #send(topic: string, payload: unknown): void {
    if (this.#socket.writable) this.#socket.write(encodePublish(topic, payload))
  }
}
