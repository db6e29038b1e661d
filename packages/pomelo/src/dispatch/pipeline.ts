import { codes, ServerError } from 'shaddock'
import type { Call } from 'shaddock'
import type { App } from '../app.ts'
import { getLogger } from '../log.ts'
import { shortTime } from '../short-time.ts'
import { handleError, runAfter, runBefore, step } from './filters.ts'
import { failureReply, Outcome } from './outcome.ts'
import type { Request } from './request.ts'

const logger = getLogger('pomelo', 'server')
const forwardLogger = getLogger('forward-log')

/** A handler's method: `(msg, session, next)`. */
export type HandlerMethod = (msg: unknown, session: unknown, next: (...args: unknown[]) => void) => unknown

/** The way of a request on the server that handles it: before filters, handler, error handler, after filters. */
export class Pipeline {
  readonly #app: App
  readonly #requestOf: (call: Call) => Request

  constructor(app: App, requestOf: (call: Call) => Request) {
    this.#app = app
    this.#requestOf = requestOf
  }

  /** Wraps all handlers of this server. */
  async handle(call: Call, next: () => Promise<unknown>): Promise<unknown> {
    const request = this.#requestOf(call)
    if (Array.isArray(request.message)) {
      // Pomelo would have called the handler with its items, and let a client choose its own session
      throw failed(`${call.route} takes no array`, undefined)
    }
    const done = this.#run(request, next)
    if (call.isAwaited) return done
    // handlers of notifies need not call next: nobody waits for it
    done.then(
      (response) =>
        Object.keys(response as object).length > 0 && logger.warn('%s answers a notify', call.route),
      (error: unknown) => logger.error('%s failed: %O', call.route, error),
    )
    return {}
  }

  /** Runs a handler's method, as `next` of `handle` does. Resolves when it has called its own `next`. */
  invoke(call: Call, method: HandlerMethod): Promise<Outcome> {
    const { marked, session } = this.#requestOf(call)
    return step((next) => method(marked, session, next))
  }

  async #run(request: Request, next: () => Promise<unknown>): Promise<unknown> {
    const { marked: msg, session } = request
    const before = await runBefore(this.#filters('__befores__'), msg, session)
    const handled = before.error ? before : await this.#logged(request, next)
    const { error, response } = handled.error
      ? await handleError(this.#app.get('errorHandler'), handled, { msg, session })
      : handled
    const left = await runAfter(this.#filters('__afters__'), error, { msg, session, response })
    request.response = left ? failureReply(response) : response || {}
    if (left) throw failed(`${request.route} failed`, response, left)
    return request.response
  }

  async #logged(request: Request, next: () => Promise<unknown>): Promise<Outcome> {
    const startedAt = new Date()
    const outcome = await next().then(toOutcome, (error: unknown) => new Outcome(error, replyOf(error)))
    const { enableForwardLog } = (this.#app.get('serverConfig') ?? {}) as { enableForwardLog?: unknown }
    if (enableForwardLog) {
      const { route, message: args } = request
      const timeUsed = Date.now() - startedAt.getTime()
      forwardLogger.info(JSON.stringify({ route, args, time: shortTime(startedAt), timeUsed }))
    }
    return outcome
  }

  #filters(key: string): readonly unknown[] {
    return (this.#app.get(key) ?? []) as readonly unknown[]
  }
}

/** A handler that is written for Shaddock resolves with its answer. */
function toOutcome(result: unknown): Outcome {
  return result instanceof Outcome ? result : new Outcome(undefined, result)
}

/** What one that is written for Shaddock refuses with says itself what the client is answered. */
function replyOf(error: unknown): unknown {
  if (!(error instanceof ServerError)) return undefined
  return error.reply ?? { code: codes[error.code], message: error.message }
}

/** Returns the refusal that answers a client with what Pomelo would. */
export function failed(message: string, response: unknown, cause?: unknown): ServerError {
  return new ServerError('INTERNAL', message, { reply: failureReply(response), cause })
}
