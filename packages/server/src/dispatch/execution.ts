import type { Codec } from '@shaddock/protocol'
import { ServerError } from '../errors.ts'
import type { InFlight } from '../in-flight.ts'
import type { Log } from '../log.ts'
import type { Timer, TimerWheel } from '../timer-wheel.ts'
import type { Call } from './call.ts'
import type { SessionOrder } from './order.ts'

export interface ExecutionOptions {
  readonly codec: Codec
  readonly timers: TimerWheel
  readonly inFlight: InFlight
  readonly log: Log
  /** Where its call waits for its turn; absent for a route that needs none. */
  readonly order: SessionOrder | undefined
}

/** Handles a call; what it returns may be a promise, or not. */
export type Run = (call: Call) => unknown

/**
 * Returns the encoded answer of `run`, which is called in the session's turn.
 * @throws {ServerError} the handler's own; `INTERNAL`: it threw something else, or what no client can be sent;
 * `TIMEOUT`: the deadline passed before it had settled, or before it was its turn; `BUSY`
 */
export function execute(call: Call, run: Run, options: ExecutionOptions): Promise<Uint8Array> {
  return new Promise((resolve, reject) => new Execution(call, run, options, { resolve, reject }).begin())
}

interface Settle {
  readonly resolve: (answer: Uint8Array) => void
  readonly reject: (error: ServerError) => void
}

/** One call at its handler. One object with its steps as methods: an async function for each would cost promises. */
class Execution {
  readonly #call: Call
  readonly #run: Run
  readonly #options: ExecutionOptions
  readonly #settle: Settle
  #timer: Timer | undefined
  #ended = false

  constructor(call: Call, run: Run, options: ExecutionOptions, settle: Settle) {
    this.#call = call
    this.#run = run
    this.#options = options
    this.#settle = settle
  }

  begin(): void {
    const { inFlight, order } = this.#options
    inFlight.begin()
    if (order === undefined) {
      this.#start()
      return
    }
    try {
      order.enter(this.#call.session.key, () => this.#start())
    } catch (error) {
      inFlight.end()
      this.#settle.reject(error as ServerError)
    }
  }

  #start(): void {
    const { deadline, route } = this.#call
    const remainingMs = deadline - Date.now()
    // it has waited behind others for as long as its caller did
    if (remainingMs <= 0) {
      this.#fail(new ServerError('TIMEOUT', `${route} came too late`))
      return
    }
    let result: Promise<unknown>
    try {
      result = Promise.resolve(this.#run(this.#call))
    } catch (error) {
      this.#fail(error)
      return
    }
    this.#timer = this.#options.timers.schedule(remainingMs, () =>
      this.#fail(new ServerError('TIMEOUT', `${route} did not answer in time`)),
    )
    result.then(
      (value) => this.#answer(value),
      (error: unknown) => this.#fail(error),
    )
  }

  #answer(value: unknown): void {
    if (this.#ended) return
    let answer: Uint8Array
    try {
      answer = this.#options.codec.encode(this.#call.route, value)
    } catch (error) {
      this.#fail(error)
      return
    }
    this.#end()
    this.#settle.resolve(answer)
  }

  #fail(error: unknown): void {
    if (this.#ended) return
    this.#end()
    if (error instanceof ServerError) {
      this.#settle.reject(error)
      return
    }
    const { route, session } = this.#call
    this.#options.log.error({ err: error, route, session: session.id }, 'a handler failed')
    this.#settle.reject(new ServerError('INTERNAL', `${route} failed`, { cause: error }))
  }

  #end(): void {
    this.#ended = true
    this.#timer?.cancel()
    this.#options.inFlight.end()
    this.#options.order?.leave(this.#call.session.key)
  }
}
