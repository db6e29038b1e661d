import { jsonCodec } from '@shaddock/protocol'
import type { Codec } from '@shaddock/protocol'
import type { Rpc } from '../cluster/rpc.ts'
import { ClientCall } from '../dispatch/call.ts'
import type { Call } from '../dispatch/call.ts'
import type { Dispatch } from '../dispatch/dispatcher.ts'
import type { ServerInfo } from '../server-info.ts'
import { BackendSession } from '../session/backend.ts'
import type { SessionCalls } from '../session/session.ts'
import { decodeSnapshot } from '../session/snapshot.ts'

const serviceName = '$call'

/** Returns what sends a client's call from its frontend to the server that handles it. */
export function createForward(
  rpc: Rpc,
): (server: ServerInfo, call: Call, snapshot: string) => Promise<Uint8Array> {
  return (server, call, snapshot) =>
    rpc.call(server, serviceName, encodeForwarded(call, snapshot), call.deadline)
}

/** Serves calls that frontends forward. */
export function serveForwarded(rpc: Rpc, dispatch: Dispatch, codec: Codec, sessions: SessionCalls): void {
  rpc.serveWork(serviceName, (payload, deadline) => {
    const { flags, route, body, snapshot } = decodeForwarded(payload)
    const session = new BackendSession(decodeSnapshot(snapshot), sessions)
    const isAwaited = (flags & Flag.awaited) !== 0
    const ownCodec = (flags & Flag.json) === 0 ? codec : jsonCodec
    return dispatch(new ClientCall({ route, session, deadline, body, codec: ownCodec, isAwaited }))
  })
}

const Flag = { awaited: 1, json: 2 } as const

interface Forwarded {
  readonly flags: number
  readonly route: string
  readonly body: Uint8Array
  readonly snapshot: string
}

/** Returns `snapshot length (4) | snapshot | flags (1) | route length (2) | route | body`. */
function encodeForwarded({ route, body, isAwaited, bodyIsJson }: Call, snapshot: string): Uint8Array {
  const snapshotBytes = Buffer.byteLength(snapshot)
  const routeBytes = Buffer.byteLength(route)
  const bytes = Buffer.allocUnsafe(7 + snapshotBytes + routeBytes + body.length)
  let at = bytes.writeUInt32BE(snapshotBytes, 0)
  at += bytes.write(snapshot, at)
  at = bytes.writeUInt8((isAwaited ? Flag.awaited : 0) | (bodyIsJson ? Flag.json : 0), at)
  // over a byte: what a client sent that is no UTF-8 has grown as it was decoded
  at = bytes.writeUInt16BE(routeBytes, at)
  at += bytes.write(route, at)
  bytes.set(body, at)
  return bytes
}

function decodeForwarded(payload: Uint8Array): Forwarded {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
  const snapshotEnd = 4 + bytes.readUInt32BE(0)
  const routeEnd = snapshotEnd + 3 + bytes.readUInt16BE(snapshotEnd + 1)
  return {
    snapshot: bytes.toString('utf8', 4, snapshotEnd),
    flags: bytes.readUInt8(snapshotEnd),
    route: bytes.toString('utf8', snapshotEnd + 3, routeEnd),
    body: bytes.subarray(routeEnd),
  }
}
