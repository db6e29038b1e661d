import { closeReasonOf, closeReasons, type CloseReason, decodeKick } from '@shaddock/protocol'

/** Why a connection ended, and what the server said about it. */
export interface Closed extends CloseReason {
  /** The text of the kick, when the server kicked this client. */
  readonly kick?: string
  /**
   * The code of the handshake answer that refused the client: 501 for its type or version, 500 for anything
   * else.
   */
  readonly refusal?: number
  /** True when the server stopped to send heartbeats. */
  readonly silent?: true
}

/**
 * Returns why a WebSocket closed that we did not close, from its close frame. Pomelo's servers close with 1000 whatever
 * happened.
 */
export function closedByServer(code: number, text?: string): Closed {
  return code === closeReasons.client.code ? closeReasons.lost : closeReasonOf(code, text)
}

/** Returns why a server kicked this client. Pomelo's servers say no code. */
export function closedByKick(body: Uint8Array): Closed {
  const { reason, code = closeReasons.kicked.code } = decodeKick(body)
  return { ...closeReasonOf(code), kick: reason }
}
