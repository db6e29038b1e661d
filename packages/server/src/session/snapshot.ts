import type { SessionSnapshot } from './session.ts'

/** Returns the bytes of a session that travel with its calls between servers. */
export function encodeSnapshot(snapshot: SessionSnapshot): Uint8Array {
  const { id, frontendId, incarnation, uid, state } = snapshot
  return Buffer.from(JSON.stringify([id, frontendId, incarnation, uid, state]))
}

/** Returns the session of bytes that another server of this application encoded. */
export function decodeSnapshot(bytes: Uint8Array): SessionSnapshot {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
  const [id, frontendId, incarnation, uid, state] = JSON.parse(text) as [
    number,
    string,
    number,
    string | null,
    Record<string, unknown>,
  ]
  return { id, frontendId, incarnation, uid, state }
}
