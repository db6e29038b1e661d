import { decodeJson, encodeJson } from './codec.ts'

/** Returns the body of a kick packet. It is never empty: a Pomelo client fails on one that is. */
export function encodeKick(reason: string): Uint8Array {
  return encodeJson({ reason })
}

/** Returns the reason in the body of a kick packet, or an empty string where there is none. */
export function decodeKick(body: Uint8Array): string {
  const kick = decodeJson(body)
  return typeof kick === 'object' && kick !== null && 'reason' in kick && typeof kick.reason === 'string'
    ? kick.reason
    : ''
}
