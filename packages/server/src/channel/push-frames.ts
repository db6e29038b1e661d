import type { MessageFormat } from '../session/message-format.ts'
import type { Frame } from '../transport/transport.ts'

/** One push, framed once for each format among those who hear it. */
export class PushFrames {
  readonly #frame: (format: MessageFormat) => Frame | undefined
  #format: MessageFormat | undefined
  #latest: Frame | undefined
  /** Those before the latest: nearly always there is one format, and none of these. */
  #others: Map<MessageFormat, Frame | undefined> | undefined

  /** `frame` returns nothing where a format cannot carry the push. */
  constructor(frame: (format: MessageFormat) => Frame | undefined) {
    this.#frame = frame
  }

  of(format: MessageFormat): Frame | undefined {
    if (format !== this.#format) this.#turnTo(format)
    return this.#latest
  }

  #turnTo(format: MessageFormat): void {
    if (this.#format !== undefined) {
      this.#others ??= new Map()
      this.#others.set(this.#format, this.#latest)
    }
    this.#latest = this.#others?.has(format) ? this.#others.get(format) : this.#frame(format)
    this.#format = format
  }
}
