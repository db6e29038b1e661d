import { ServerError } from 'shaddock'
import type { Call } from 'shaddock'
import type { App } from '../app.ts'
import { getLogger } from '../log.ts'
import type { RpcClient } from '../rpc/client.ts'
import { runRpcFilters } from '../rpc/filters.ts'
import type { RpcCall } from '../rpc/filters.ts'
import type { SessionService } from '../session/session-service.ts'
import { handleError, runAfter, runBefore } from './filters.ts'
import { failed } from './pipeline.ts'
import type { Request } from './request.ts'

const logger = getLogger('pomelo', 'server')

export interface GlobalPipelineOptions {
  readonly app: App
  readonly rpc: RpcClient
  readonly sessions: SessionService
  readonly requestOf: (call: Call) => Request
}

type Next = (other?: Call) => Promise<Uint8Array>

/** The way of every message of a frontend's clients: global filters, and the server that handles it. */
export class GlobalPipeline {
  readonly #options: GlobalPipelineOptions

  constructor(options: GlobalPipelineOptions) {
    this.#options = options
  }

  /** Wraps all calls of this server's clients. Whatever fails answers as Pomelo does, with code 500. */
  async handle(call: Call, next: Next): Promise<Uint8Array> {
    const { sessions, requestOf } = this.#options
    if (call.route.endsWith('.constructor')) {
      logger.warn('session %s is kicked for the route %s', call.session.id, call.route)
      sessions.kickBySessionId(call.session.id, 'attack')
      throw failed(`no handler for ${call.route}`, undefined)
    }
    const request = requestOf(call)
    try {
      const answer = await this.#pass(call, request, next)
      this.#after(request, undefined, answer)
      return answer
    } catch (error) {
      const refusal = refusalOf(call, error)
      this.#after(request, error, undefined)
      throw refusal
    }
  }

  async #pass(call: Call, request: Request, next: Next): Promise<Uint8Array> {
    const { app } = this.#options
    const befores = this.#filters('__globalBefores__')
    const before = befores.length === 0 ? '' : JSON.stringify(request.message)
    if (befores.length > 0) {
      const msg = request.toEnvelope()
      const filtered = await runBefore(befores, msg, request.session)
      if (filtered.error) {
        const { error, response } = await handleError(app.get('globalErrorHandler'), filtered, {
          msg,
          session: request.session,
        })
        throw failed(`${call.route} was refused`, response, error)
      }
    }
    const type = call.route.slice(0, call.route.indexOf('.'))
    if (type === app.serverType) return next()
    const target = await this.#route(type, request)
    const isChanged = before !== '' && JSON.stringify(request.message) !== before
    const change = { server: target.serverId, ...(isChanged && { message: request.message }) }
    return this.#forwarded(target, () => next(call.with(change)))
  }

  /** Finds the server of a type, and takes the call through the filters of calls between servers. */
  #route(serverType: string, request: Request): Promise<RpcCall> {
    const { rpc } = this.#options
    const { session } = request
    const args = [request.toEnvelope(), session.export()]
    const message = { namespace: 'sys', serverType, service: 'msgRemote', method: 'forwardMessage', args }
    return new Promise((resolve, reject) => {
      rpc.route(serverType, session, message, (error, serverId) => {
        if (error !== undefined) return reject(error)
        runRpcFilters(
          this.#filters('__rpcBefores__'),
          'before',
          { serverId, message, opts: {} },
          (refused, call) => (refused === undefined ? resolve(call) : reject(refused)),
        )
      })
    })
  }

  async #forwarded(target: RpcCall, forward: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const answer = await forward()
    const afters = this.#filters('__rpcAfters__')
    if (afters.length === 0) return answer
    await new Promise<void>((resolve, reject) => {
      runRpcFilters(afters, 'after', target, (error) => (error === undefined ? resolve() : reject(error)))
    })
    return answer
  }

  /** They see the answer when it has been handed over, and change nothing. */
  #after(request: Request, error: unknown, answer: Uint8Array | undefined): void {
    const afters = this.#filters('__globalAfters__')
    if (afters.length === 0) return
    const response = request.response ?? (answer && decodeAnswer(answer))
    void runAfter(afters, error ?? null, { msg: request.toEnvelope(), session: request.session, response })
  }

  #filters(key: string): readonly unknown[] {
    return (this.#options.app.get(key) ?? []) as readonly unknown[]
  }
}

/** What Pomelo's handlers refuse with says itself what the client is answered. */
function refusalOf(call: Call, error: unknown): ServerError {
  if (error instanceof ServerError && error.reply !== undefined) return error
  // clients may ask for anything: what is not there is no news
  const isAbsent = error instanceof ServerError && error.code === 'NOT_FOUND'
  logger[isAbsent ? 'debug' : 'warn']('%s failed: %s', call.route, error)
  return failed(`${call.route} failed`, undefined, error)
}

/** Returns an answer that was forwarded as bytes; nothing where it is no JSON. */
function decodeAnswer(answer: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(answer).toString()) as unknown
  } catch {
    return undefined
  }
}
