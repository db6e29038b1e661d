import { decodeJson, encodeJson } from './codec.ts'

/** Why a server sends a client away. */
export interface Kick {
  readonly reason: string
  /** The code of the close reason, where that is another than `kicked`: a client on TCP learns it here alone. */
  readonly code?: number
}

/** Returns the body of a kick packet. It is never empty: a Pomelo client fails on one that is. */
export function encodeKick({ reason, code }: Kick): Uint8Array {
  return encodeJson({ reason, code })
}

/** Returns what the body of a kick packet says. The reason is an empty string where there is none. */
export function decodeKick(body: Uint8Array): Kick {
  const { reason, code } = Object(decodeJson(body)) as { readonly [Key in keyof Kick]: unknown }
  return {
    reason: typeof reason === 'string' ? reason : '',
    ...(typeof code === 'number' && { code }),
  }
}
