import { ProtocolError } from '@shaddock/protocol'
import type { ServerAddress, ServerInfo } from '../server-info.ts'

/** What a server says of itself: that it lives, or that it leaves. */
export interface Beat extends ServerAddress {
  readonly kind: BeatKind
  /** Reads all about the server. Whoever knows this life of it need not: of a thousand beats one is new. */
  readonly server: () => ServerInfo
}

export type BeatKind = (typeof kinds)[number]

const kinds = ['beat', 'leave'] as const
const headBytes = 11

/** Returns `kind (1) | incarnation (8, a double) | id length (2) | id | JSON of the server`. */
export function encodeBeat(kind: BeatKind, server: ServerInfo): Uint8Array {
  const head = Buffer.allocUnsafe(headBytes)
  head.writeUInt8(kinds.indexOf(kind), 0)
  head.writeDoubleBE(server.incarnation, 1)
  head.writeUInt16BE(Buffer.byteLength(server.id), 9)
  return Buffer.concat([head, Buffer.from(server.id), Buffer.from(JSON.stringify(server))])
}

/** @throws {ProtocolError} the bytes are no beat. */
export function decodeBeat(bytes: Uint8Array): Beat {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const kind = kinds[buffer[0] ?? kinds.length]
  if (kind === undefined || buffer.length < headBytes) throw new ProtocolError('beat is malformed')
  const end = headBytes + buffer.readUInt16BE(9)
  return {
    kind,
    id: buffer.toString('utf8', headBytes, end),
    incarnation: buffer.readDoubleBE(1),
    // what another server of this application says of itself
    server: () => JSON.parse(buffer.toString('utf8', end)) as ServerInfo,
  }
}
