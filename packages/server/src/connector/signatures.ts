import { createPublicKey, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { decodeJson, encodeCesu8, encodeJson, encodeText, ProtocolError } from '@shaddock/protocol'

/** Takes a body that came; returns it without its signature, or undefined if it has none that is right. */
export type Unsign = (body: Uint8Array) => Uint8Array | undefined

/**
 * Returns what checks the messages of a client. `rsa` is what it said of its key in the handshake: with a key that is
 * none, no message is right. A signature is in the property `__crypto__`: RSASSA-PKCS1-v1_5 with SHA-256, in hex, over the
 * JSON of the body without it.
 * @throws {ProtocolError} It said nothing of a key.
 */
export function createUnsign(rsa: unknown): Unsign {
  if (!isObject(rsa)) throw new ProtocolError('handshake without rsa')
  const key = toKey(rsa)
  return (body) => {
    const signed = decodeJson(body)
    if (key === undefined || !isObject(signed) || Array.isArray(signed)) return undefined
    const { [signatureField]: signature, ...message } = signed
    return isSignature(signature) && isRight(key, message, signature) ? encodeJson(message) : undefined
  }
}

const signatureField = '__crypto__'

interface Key {
  readonly object: KeyObject
  readonly digits: number
}

function toKey({ rsa_n: modulus, rsa_e: exponent }: Readonly<Record<string, unknown>>): Key | undefined {
  // no longer than a client of good will has it: it would take long to check
  if (typeof modulus !== 'string' || !/^0*[\da-f]{128,1024}$/i.test(modulus)) return undefined
  if (typeof exponent !== 'number' || !Number.isInteger(exponent) || exponent < 3 || exponent > maxExponent)
    return undefined
  const n = Buffer.from(toBytes(modulus.replace(/^0+/, '')), 'hex')
  const e = Buffer.from(toBytes(exponent.toString(16)), 'hex')
  const key = { kty: 'RSA', n: n.toString('base64url'), e: e.toString('base64url') }
  try {
    return { object: createPublicKey({ key, format: 'jwk' }), digits: 2 * n.length }
  } catch {
    return undefined
  }
}

const maxExponent = 0xffffffff

/** Returns hex digits with a zero before them where there is half a byte. */
function toBytes(digits: string): string {
  return digits.length % 2 === 0 ? digits : `0${digits}`
}

function isSignature(value: unknown): value is string {
  return typeof value === 'string' && /^[\da-f]+$/i.test(value)
}

function isRight({ object, digits }: Key, message: object, signature: string): boolean {
  // a number, which some clients write without its leading zeros
  const bytes = Buffer.from(signature.padStart(digits, '0'), 'hex')
  const text = JSON.stringify(message)
  const forms = surrogate.test(text) ? [encodeText(text), encodeCesu8(text)] : [encodeText(text)]
  return forms.some((form) => verify('sha256', form, object, bytes))
}

const surrogate = /[\ud800-\udfff]/

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
