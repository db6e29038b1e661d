import type { NatsLine } from './nats-line.ts'

/**
 * What a bus says to all: that it, by its id, is there, or is no more; or that nobody hears another, which then all try
 * for themselves: one who cannot reach it may be the one that is cut off.
 */
const signs = { here: '+', gone: '-', unheard: '?' } as const
type Sign = keyof typeof signs

/** Takes the id that a sign names. */
export type OnSign = Readonly<Record<Sign, (id: string) => void>>

/** Where all buses with one prefix say who is there. */
export class NatsPresence {
  readonly #line: NatsLine
  readonly #subject: string

  constructor(line: NatsLine, subject: string) {
    this.#line = line
    this.#subject = subject
  }

  /** Begins to listen. */
  open(onSign: OnSign): void {
    this.#line.subscribe(this.#subject, ({ data }) => {
      const text = data.toString()
      for (const [name, sign] of Object.entries(signs))
        if (text.startsWith(sign)) onSign[name as Sign](text.slice(sign.length))
    })
  }

  /** With `reply`, NATS says there if nobody else listens. */
  say(sign: Sign, id: string, reply?: string): void {
    const options = reply === undefined ? {} : { reply }
    this.#line.publish(this.#subject, Buffer.from(signs[sign] + id), options)
  }
}
