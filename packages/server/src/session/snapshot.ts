import type { SessionSnapshot } from './session.ts'

/** Returns a session as the text that travels with its calls between servers. */
export function encodeSnapshot(snapshot: SessionSnapshot): string {
  const { id, frontendId, incarnation, uid, state } = snapshot
  return JSON.stringify([id, frontendId, incarnation, uid, state])
}

/** Returns the session of a text that another server of this application encoded. */
export function decodeSnapshot(text: string): SessionSnapshot {
  const [id, frontendId, incarnation, uid, state] = JSON.parse(text) as [
    number,
    string,
    number,
    string | null,
    Record<string, unknown>,
  ]
  return { id, frontendId, incarnation, uid, state }
}
