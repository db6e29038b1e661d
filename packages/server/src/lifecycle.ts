import type { Awaitable } from '@shaddock/protocol'

/** What a server has started, to be stopped in the opposite order. */
export class Lifecycle {
  readonly #stepTimeoutMs: number
  readonly #steps: Step[] = []
  /** Steps that were registered while the others ran. */
  readonly #late: Promise<Error | undefined>[] = []
  #state: 'running' | 'stopping' | 'stopped' = 'running'
  #stopping: Promise<void> | undefined

  /** `stepTimeoutMs` is how long one step may take before the next one runs. @default 5_000 */
  constructor({ stepTimeoutMs = 5_000 }: { readonly stepTimeoutMs?: number } = {}) {
    this.#stepTimeoutMs = stepTimeoutMs
  }

  /**
   * Registers what ends something that was started. After `stop` was called it runs at once: what starts late is
   * stopped too. A failure that `stop` can no longer report is a warning of the process.
   */
  onStop(name: string, stop: () => Awaitable<void>): void {
    if (this.#state === 'running') {
      this.#steps.push({ name, stop })
      return
    }
    const failure = failureOf({ name, stop }, this.#stepTimeoutMs)
    if (this.#state === 'stopping') this.#late.push(failure)
    else void failure.then((error) => error && process.emitWarning(error))
  }

  /**
   * Runs the steps one by one, the last registered first, whatever becomes of each. Every caller gets one promise.
   * @throws {AggregateError} steps failed or took too long; the message names them.
   */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  async #stop(): Promise<void> {
    this.#state = 'stopping'
    const outcomes: (Error | undefined)[] = []
    for (const step of this.#steps.reverse()) outcomes.push(await failureOf(step, this.#stepTimeoutMs))
    while (this.#late.length > 0) outcomes.push(...(await Promise.all(this.#late.splice(0))))
    this.#state = 'stopped'

    const failures = outcomes.filter((outcome) => outcome !== undefined)
    if (failures.length === 0) return
    throw new AggregateError(
      failures,
      `could not stop ${failures.map((failure) => failure.message).join('; ')}`,
    )
  }
}

interface Step {
  readonly name: string
  readonly stop: () => Awaitable<void>
}

/** Runs a step. Returns why it failed, if it did. */
async function failureOf({ name, stop }: Step, timeoutMs: number): Promise<Error | undefined> {
  const { promise: expired, reject: expire } = Promise.withResolvers<never>()
  const timer = setTimeout(() => expire(new Error(`still busy after ${timeoutMs} ms`)), timeoutMs)
  try {
    await Promise.race([stop(), expired])
    return undefined
  } catch (cause) {
    return new Error(`${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  } finally {
    clearTimeout(timer)
  }
}
