import { ServerError } from 'shaddock'
import type { Greet } from 'shaddock'
import type { App } from '../app.ts'
import type { AnyFunction } from '../callback.ts'

/** What of `connectorConfig` decides on handshakes. */
interface GreetOptions {
  /** `(msg, cb(err, resp), socket)` */
  readonly handshake?: unknown
  /** `(type, version)` */
  readonly checkClient?: unknown
}

/** Returns what decides on the handshakes of a frontend's clients, as its application has configured. */
export function greeter(app: App): Greet | undefined {
  const { handshake, checkClient } = (app.get('connectorConfig') ?? {}) as GreetOptions
  if (typeof handshake !== 'function' && typeof checkClient !== 'function') return undefined
  return async (request, remoteAddress) => {
    const { type, version } = request.sys
    // whose clients say nothing that could be looked at
    if (type === 'socket.io') return undefined
    if (typeof checkClient === 'function' && !(checkClient as AnyFunction).call(undefined, type, version))
      throw new ServerError('DENIED', 'the version of the client is not accepted', { reply: { code: 501 } })
    if (typeof handshake !== 'function') return undefined
    return ask(handshake as AnyFunction, request, remoteAddress)
  }
}

function ask(handshake: AnyFunction, request: unknown, ip: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const answer = (error: unknown, response: unknown) => {
      if (error) reject(new ServerError('DENIED', 'the application refused the handshake', { cause: error }))
      else resolve(response)
    }
    const asked = handshake.call(undefined, request, answer, { remoteAddress: { ip } })
    Promise.resolve(asked).catch((error: unknown) => answer(error, undefined))
  })
}
