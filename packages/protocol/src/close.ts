/** Why a connection ended, and whether its client should come back. */
export interface CloseReason {
  /** The WebSocket close code. TCP has none: there a kick packet carries `reason`, or nothing does. */
  readonly code: number
  readonly reason: string
  /** Whether the client should connect again by itself. */
  readonly reconnect: boolean
  /** How long the client should wait before that, in milliseconds. */
  readonly retryMs?: number
}

/** Every reason for which a server or a client of Shaddock ends a connection. `docs/errors.md` lists the same. */
export const closeReasons = {
  /** The client said goodbye. */
  client: { code: 1000, reason: 'client', reconnect: false },
  /** The server process is leaving. */
  shutdown: { code: 1001, reason: 'shutdown', reconnect: true },
  /** The connection broke without a word. */
  lost: { code: 1006, reason: 'lost', reconnect: true },
  /** Packets or messages that the protocol does not allow. */
  protocol: { code: 4400, reason: 'protocol', reconnect: false },
  /** The handshake was refused. */
  refused: { code: 4403, reason: 'refused', reconnect: false },
  /** No handshake, or no ack, within the deadline. */
  handshake: { code: 4408, reason: 'handshake', reconnect: true },
  /** No heartbeat within the deadline. */
  heartbeat: { code: 4409, reason: 'heartbeat', reconnect: true },
  /** A body over the limit. */
  large: { code: 4413, reason: 'large', reconnect: false },
  /** The client reads too slowly: its backlog passed the limit. */
  slow: { code: 4429, reason: 'slow', reconnect: true },
  /** The application ended the session. */
  kicked: { code: 4430, reason: 'kicked', reconnect: false },
  /** The user has logged in again elsewhere, and the newest login stays. */
  replaced: { code: 4431, reason: 'replaced', reconnect: false },
  /** More clients come than the server can let in now. It says when to come back. */
  busy: { code: 4504, reason: 'busy', reconnect: true },
  /** The server holds as many connections as it may. */
  full: { code: 4503, reason: 'full', reconnect: true },
} as const satisfies Record<string, CloseReason>

/**
 * Returns the reason for a WebSocket close code: that of the table, what comes nearest to a code of WebSocket's own,
 * or `lost`. `text` is that of the close frame: untrusted.
 */
export function closeReasonOf(code: number, text = ''): CloseReason {
  const reason = byCode.get(code) ?? closeReasons.lost
  const retryMs = /^\w+ retryMs=(\d{1,9})$/.exec(text)?.[1]
  return retryMs === undefined ? reason : { ...reason, retryMs: Number(retryMs) }
}

/** Returns the text of the WebSocket close frame for a reason. */
export function closeText({ reason, retryMs }: CloseReason): string {
  return retryMs === undefined ? reason : `${reason} retryMs=${retryMs}`
}

const byCode = new Map<number, CloseReason>([
  ...Object.values(closeReasons).map((reason) => [reason.code, reason] as const),
  // said by WebSocket libraries: protocol error, not UTF-8, policy violation, message too big
  [1002, closeReasons.protocol],
  [1007, closeReasons.protocol],
  [1008, closeReasons.protocol],
  [1009, closeReasons.large],
])
