import { maxTimerMs, type Timer } from './timer.ts'

/**
 * Keeps one link alive: sends a heartbeat an interval after the server's, then expects to hear anything at
 * all within two intervals. The first one is sent on our own clock, for servers that wait for it.
 */
export class Heartbeat {
  readonly #intervalMs: number
  readonly #send: () => void
  readonly #onSilence: () => void
  #resting = false
  #heard = false
  #timer: Timer | undefined

  constructor(intervalMs: number, send: () => void, onSilence: () => void) {
    this.#intervalMs = Math.min(intervalMs, maxTimerMs / 2)
    this.#send = send
    this.#onSilence = onSilence
    this.answer()
  }

  /** Takes note of a packet of any type. */
  hear(): void {
    this.#heard = true
  }

  /** Answers a heartbeat of the server, an interval from now. */
  answer(): void {
    if (this.#resting) return
    this.#resting = true
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#beat(), this.#intervalMs)
  }

  stop(): void {
    clearTimeout(this.#timer)
    // so that no late packet starts it again
    this.#resting = true
  }

  // The server's deadline counts only heartbeats, so one is due even while it sends other packets. Silence
  // counts from our own heartbeat: where a browser slows the timers of a hidden page, it is late itself.
  #beat(): void {
    this.#resting = false
    this.#heard = false
    this.#timer = setTimeout(() => (this.#heard ? this.#beat() : this.#onSilence()), 2 * this.#intervalMs)
    this.#send()
  }
}
