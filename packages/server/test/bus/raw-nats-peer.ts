import { connect } from '@nats-io/transport-node'
import type { NatsConnection } from '@nats-io/transport-node'
import { encodeFrames, FrameReader } from '../../src/bus/frame.ts'
import type { Frame } from '../../src/bus/frame.ts'

/** What a bus says to a bare peer: the numbers of its link and of the message, and its frames. */
export interface RawMessage {
  readonly from: string
  readonly link: number
  readonly message: number
  readonly frames: readonly Frame[]
}

/** The bare end of links over NATS, which says what a bus would not. */
export class RawNatsPeer implements AsyncDisposable {
  readonly id: string
  readonly #connection: NatsConnection
  readonly #prefix: string
  readonly #messages: RawMessage[] = []
  #onMessage = (): void => {}

  constructor(connection: NatsConnection, prefix: string, id: string) {
    this.id = id
    this.#connection = connection
    this.#prefix = prefix
    connection.subscribe(`${prefix}box.${id}`, {
      callback: (_, { data, reply = '' }) => {
        const bytes = Buffer.from(data)
        const frames: Frame[] = []
        new FrameReader((frame) => frames.push(frame)).read(bytes.subarray(12))
        const [link, message] = [bytes.readUInt32BE(0), bytes.readUInt32BE(8)]
        this.#messages.push({ from: reply.split('.').at(-3) ?? '', link, message, frames })
        this.#onMessage()
      },
    })
  }

  /** `id` has twelve characters, as that of every bus. */
  static async open(server: string, prefix: string, id = 'raw-peer-000'): Promise<RawNatsPeer> {
    return new RawNatsPeer(await connect({ servers: server, noEcho: true }), prefix, id)
  }

  /** Says `+` or `-`: that a bus is there, or is gone. */
  sign(sign: string, id = this.id): void {
    this.#connection.publish(`${this.#prefix}here`, sign + id)
  }

  /** Says that message of the link that has this number here, and an unknown one there. */
  say(to: string, link: number, message: number, frames: readonly Frame[] | Uint8Array): void {
    const body = frames instanceof Uint8Array ? frames : encodeFrames(frames)
    const head = Buffer.alloc(12)
    head.writeUInt32BE(link, 0)
    head.writeUInt32BE(message, 8)
    const reply = `${this.#prefix}unheard.${this.id}.${to}.${link}`
    this.#connection.publish(`${this.#prefix}box.${to}`, Buffer.concat([head, body]), { reply })
  }

  /** Returns the next message that has frames. */
  async next(): Promise<RawMessage> {
    for (;;) {
      const message = this.#messages.shift()
      if (message === undefined) await new Promise<void>((resolve) => (this.#onMessage = resolve))
      else if (message.frames.length > 0) return message
    }
  }

  /** Resolves when NATS has passed on what was said. */
  async flush(): Promise<void> {
    await this.#connection.flush()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection.close()
  }
}
