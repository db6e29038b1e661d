import { closeReasons, jsonCodec } from '@shaddock/protocol'
import type { AddressSource } from './address.ts'
import { backoffMs } from './backoff.ts'
import type { Client, ClientState, RequestOptions } from './client.ts'
import type { Closed } from './closed.ts'
import type { ConnectOptions } from './connect-options.ts'
import { Destinations } from './destinations.ts'
import { ConnectionError, RequestError } from './errors.ts'
import { Link, type LinkOptions, notConnected } from './link.ts'
import { callSafely, type Listener, Listeners } from './listeners.ts'
import type { Timer } from './timer.ts'

/**
 * What `connect` returns: one link after another, told by what it hears of the last whether to make the next.
 */
export class ReconnectingClient implements Client {
  readonly #destinations: Destinations
  readonly #options: ConnectOptions
  readonly #pushes = new Listeners()
  readonly #anyPush = new Listeners()
  readonly #states = new Listeners()
  readonly #ended = new AbortController()
  #state: ClientState = 'connecting'
  /** The latest one, which may have ended. */
  #link: Link | undefined
  #timer: Timer | undefined
  /** Ends the pause before an attempt. */
  #wake: () => void = () => {}

  constructor(address: AddressSource, options: ConnectOptions) {
    this.#destinations = new Destinations(address)
    this.#options = options
  }

  get state(): ClientState {
    return this.#state
  }

  /** Resolves once online, and stays so in the background. */
  async open(): Promise<void> {
    const { signal } = this.#options
    signal?.throwIfAborted()
    signal?.addEventListener('abort', this.#onAbort)
    try {
      void this.#keep(await this.#first())
    } catch (error) {
      this.#end(reasonOf(error) ?? closeReasons.client)
      throw error
    }
  }

  request(route: string, message?: unknown, { timeoutMs }: RequestOptions = {}): Promise<never> {
    // not an async function: with one, the caller would hear of the answer only after the pushes behind it
    return new Promise<never>((resolve, reject) => {
      if (!this.#link) return reject(notConnected())
      const settle = (body: unknown): void => {
        const failure = failureOf(route, body)
        if (failure) reject(failure)
        // what it holds is the contract's promise
        else resolve(body as never)
      }
      const deadlineMs = timeoutMs ?? this.#options.timeoutMs ?? 10_000
      this.#link.request({ route, message, timeoutMs: deadlineMs, resolve: settle, reject })
    })
  }

  notify(route: string, message?: unknown): void {
    this.#link?.notify(route, message)
  }

  on(push: string, listener: Listener): () => void {
    return this.#pushes.on(push, listener)
  }

  onAny(listener: (push: string, message: unknown) => void): () => void {
    return this.#anyPush.on('any', listener)
  }

  onState(listener: (state: ClientState, reason?: Closed) => void): () => void {
    return this.#states.on('state', listener)
  }

  close(): void {
    this.#end(closeReasons.client)
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close()
    return Promise.resolve()
  }

  async #first(): Promise<Link> {
    try {
      return await this.#attempt()
    } catch (error) {
      if (!this.#options.retryFirst || !this.#comesBackAfter(reasonOf(error))) throw error
      this.#tellRetry(error)
      return this.#retry(reasonOf(error))
    }
  }

  /** Comes back after every loss, until one is final. */
  async #keep(first: Link): Promise<void> {
    try {
      for (let link = first; ;) {
        const reason = await link.closed
        if (!this.#comesBackAfter(reason)) return this.#end(reason)
        this.#moveTo('reconnecting', reason)
        link = await this.#retry(reason)
      }
    } catch (error) {
      this.#end(reasonOf(error) ?? closeReasons.client)
    }
  }

  /** Attempts until one succeeds. Throws the error of an attempt that must be the last. */
  async #retry(lost: Closed | undefined): Promise<Link> {
    let reason = lost
    for (let attempt = 0; ; attempt++) {
      await this.#pause(attempt, reason)
      try {
        return await this.#attempt()
      } catch (error) {
        reason = reasonOf(error)
        if (!this.#comesBackAfter(reason)) throw error
        this.#tellRetry(error)
      }
    }
  }

  async #attempt(): Promise<Link> {
    const { onOpen } = this.#options
    const link = await this.#createLink()
    const lost = link.closed.then((reason): never => {
      throw new ConnectionError(`connection to ${link.url} ended: ${reason.reason}`, reason)
    })
    try {
      await Promise.race([lost, link.opened])
      await Promise.race([lost, onOpen?.(this)])
      this.#assertNotClosed()
    } catch (error) {
      link.close()
      throw error
    }
    this.#destinations.reached()
    this.#moveTo('online')
    return link
  }

  async #createLink(): Promise<Link> {
    this.#assertNotClosed()
    const { user, timeoutMs, connectTimeoutMs = 5_000, codec = jsonCodec } = this.#options
    const { WebSocket = globalThis.WebSocket } = this.#options
    const { signal } = this.#ended
    const asking = { signal, user, connectTimeoutMs, codec, WebSocket, ...(timeoutMs && { timeoutMs }) }
    const url = await this.#destinations.next(asking).finally(() => this.#assertNotClosed())
    // in a microtask, which comes after that of an answer which arrived before
    const onPush = (route: string, message: unknown): void => queueMicrotask(() => this.#hear(route, message))
    const link = this.#open({ url, WebSocket, connectTimeoutMs, user, codec, onPush })
    void link.closed.then(({ code, retryMs }) => {
      // not where one may come back, nor where the application said no
      if (retryMs === undefined && code !== closeReasons.client.code) this.#destinations.failed(url)
    })
    this.#link = link
    return link
  }

  #open(options: LinkOptions): Link {
    try {
      return new Link(options)
    } catch (error) {
      // the platform refuses the URL itself, as a page from `https:` does with `ws:`
      this.#destinations.failed(options.url)
      throw error
    }
  }

  #hear(route: string, message: unknown): void {
    if (this.#state === 'closed') return
    this.#anyPush.emit('any', route, message)
    this.#pushes.emit(route, message)
  }

  // asked wherever the application had its turn, since it may have called `close`
  #assertNotClosed(): void {
    if (this.#state === 'closed') throw new ConnectionError('closed before online', closeReasons.client)
  }

  /** Takes the reason why a link ended, or nothing when the application's own part failed. */
  #comesBackAfter(reason: Closed | undefined): boolean {
    return this.#state !== 'closed' && this.#options.reconnect !== false && reason?.reconnect !== false
  }

  #tellRetry(error: unknown): void {
    callSafely(() => this.#options.onRetry?.(error))
  }

  /** Waits before an attempt: as long as the server said, or longer after each that failed. */
  async #pause(attempt: number, reason: Closed | undefined): Promise<void> {
    if (this.#state === 'closed') return
    const delayMs = reason?.retryMs || backoffMs(this.#options.reconnect || {}, attempt)
    await new Promise<void>((resolve) => {
      this.#wake = resolve
      this.#timer = setTimeout(resolve, delayMs)
    })
  }

  readonly #onAbort = (): void => this.close()

  #end(reason: Closed): void {
    if (this.#state === 'closed') return
    this.#options.signal?.removeEventListener('abort', this.#onAbort)
    clearTimeout(this.#timer)
    this.#moveTo('closed', reason)
    this.#ended.abort()
    this.#link?.close()
    this.#wake()
  }

  #moveTo(state: ClientState, reason?: Closed): void {
    this.#state = state
    this.#states.emit('state', state, reason)
  }
}

/** Returns the error that an answer reports in Pomelo's manner. */
function failureOf(route: string, body: unknown): RequestError | undefined {
  const { code, message } = Object(body) as { code?: unknown; message?: unknown }
  if (typeof code !== 'number' || code < 400) return undefined
  return new RequestError(code, typeof message === 'string' ? message : `${route} answered ${code}`, body)
}

function reasonOf(error: unknown): Closed | undefined {
  return error instanceof ConnectionError ? error.reason : undefined
}
