import { maxPacketBodyBytes } from '@shaddock/protocol'
import { ServerError } from '../errors.ts'
import type { ServerAddress } from '../server-info.ts'

/**
 * What a frontend's inbox takes: who joins and leaves a group, and what a group, some users, or everybody hears.
 * On the wire: `kind (1) | key length (4) | key | route length (1) | route | body`; the meaning of key and body is the kind's.
 */
export interface InboxMessage {
  readonly kind: InboxKind
  /** The group; for `users` a JSON array of uids; for `everybody` empty. */
  readonly key: string
  /** The push's route; empty for what is no push. */
  readonly route: string
  /** The push's encoded message; for `join` a `Join`, for `leave` the uid, as JSON. */
  readonly body: Uint8Array
}

/** Who joins a group, and whose the group is. */
export interface Join {
  readonly uid: string
  /** Larger than in every earlier join of the same owner. */
  readonly number: number
  readonly owner: Owner
}

/** The server that a channel lives on. */
export interface Owner extends ServerAddress {
  readonly type: string
}

/** What a frontend tells the owner of a group: a member is there no more. */
export interface Gone {
  readonly key: string
  readonly uid: string
  /** The number of the join that brought it. */
  readonly join: number
}

export const InboxKind = { join: 1, leave: 2, group: 3, users: 4, everybody: 5 } as const
export type InboxKind = (typeof InboxKind)[keyof typeof InboxKind]

const maxRouteBytes = 255
/** Leaves room in a packet for the head of a message. */
const maxPushBytes = maxPacketBodyBytes - 512

/** @throws {RangeError} the route is over 255 bytes: no client could be sent it. */
export function encodeInbox({ kind, key, route, body }: InboxMessage): Uint8Array {
  const keyBytes = Buffer.byteLength(key)
  const routeBytes = Buffer.byteLength(route)
  if (routeBytes > maxRouteBytes)
    throw new RangeError(`route of ${routeBytes} bytes exceeds ${maxRouteBytes}`)
  const bytes = Buffer.allocUnsafe(6 + keyBytes + routeBytes + body.length)
  bytes.writeUInt8(kind, 0)
  bytes.writeUInt32BE(keyBytes, 1)
  bytes.write(key, 5)
  bytes.writeUInt8(routeBytes, 5 + keyBytes)
  bytes.write(route, 6 + keyBytes)
  bytes.set(body, 6 + keyBytes + routeBytes)
  return bytes
}

/**
 * Encodes a push.
 * @throws {ServerError} `TOO_LARGE`: no client could be sent it.
 * @throws {RangeError} the route is over 255 bytes.
 */
export function encodePush(
  kind: 'group' | 'users' | 'everybody',
  push: Omit<InboxMessage, 'kind'>,
): Uint8Array {
  if (push.body.length > maxPushBytes) {
    throw new ServerError('TOO_LARGE', `push of ${push.body.length} bytes exceeds ${maxPushBytes}`)
  }
  return encodeInbox({ kind: InboxKind[kind], ...push })
}

/** Encodes what is no push: `value` is the body. */
export function encodeOrder(kind: 'join' | 'leave', key: string, value: Join | string): Uint8Array {
  return encodeInbox({ kind: InboxKind[kind], key, route: '', body: Buffer.from(JSON.stringify(value)) })
}

/** @throws {RangeError} the bytes are cut off. */
export function decodeInbox(bytes: Uint8Array): InboxMessage {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const keyEnd = 5 + buffer.readUInt32BE(1)
  const routeEnd = keyEnd + 1 + buffer.readUInt8(keyEnd)
  return {
    kind: buffer.readUInt8(0) as InboxKind,
    key: buffer.toString('utf8', 5, keyEnd),
    route: buffer.toString('utf8', keyEnd + 1, routeEnd),
    body: buffer.subarray(routeEnd),
  }
}
