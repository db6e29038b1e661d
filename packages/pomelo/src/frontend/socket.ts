import { ServerError } from 'shaddock'
import type { Clients, FrontendSession as NativeSession } from 'shaddock'
import { getLogger } from '../log.ts'
import { EncodedPush } from '../push/encoded-push.ts'
import type { RemoteAddress, SessionSocket, Uid } from '../session/session.ts'

const logger = getLogger('pomelo', 'connector')

/** Where a uid that is no text is kept in the state that travels: Shaddock's own uid is a text. */
export const uidKey = '$uid'

/** A connection of Shaddock's, as a session of Pomelo's uses it. */
export class ClientSocket implements SessionSocket {
  readonly native: NativeSession
  readonly #clients: Clients

  constructor(native: NativeSession, clients: Clients) {
    this.native = native
    this.#clients = clients
  }

  get id(): number {
    return this.native.id
  }

  get remoteAddress(): RemoteAddress {
    return { ip: this.native.remoteAddress, port: undefined }
  }

  send(messages: readonly unknown[]): void {
    for (const message of messages) {
      if (!(message instanceof EncodedPush))
        throw new TypeError(
          'only what connector.encode has made can be sent: push with channelService instead',
        )
      this.#clients.send([this.native], message.route, message.message)
    }
  }

  keep(key: string, value: unknown): void {
    if (!this.native.closed) this.native.set(key, value)
  }

  bind(uid: Uid): void {
    if (this.native.closed || this.native.uid === String(uid)) return
    if (typeof uid !== 'string') this.native.set(uidKey, uid)
    // it is done when this returns
    this.native.bind(String(uid)).catch(ignoreGone)
  }

  unbind(): void {
    if (this.native.closed) return
    this.native.set(uidKey, undefined)
    this.native.unbind().catch(ignoreGone)
  }

  disconnect(reason: unknown): void {
    this.native.kick(typeof reason === 'string' ? reason : undefined).catch(ignoreGone)
  }
}

/** A client may close meanwhile, and its session hears of that. */
function ignoreGone(error: unknown): void {
  if (!(error instanceof ServerError && error.code === 'GONE'))
    logger.error('a session is of two minds: %O', error)
}
