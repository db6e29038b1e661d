import { encodeText } from '@shaddock/protocol'
import { randomPrime, power } from './prime.ts'
import { sha256 } from './sha256.ts'

/** A key that signs the messages of one client, made by it. */
export interface SigningKey {
  /** What the server is told of it in the handshake. */
  readonly rsa: { readonly rsa_n: string; readonly rsa_e: number }
  /** Returns the signature of a text in UTF-8, in hex: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, 8.2). */
  sign(text: string): string
}

/** Makes a key of 1024 bits, as long as Pomelo's. That takes some tens of milliseconds. */
export function createSigningKey(): SigningKey {
  const p = randomPrime(keyBits / 2, isCoprime)
  let q = randomPrime(keyBits / 2, isCoprime)
  while (q === p) q = randomPrime(keyBits / 2, isCoprime)
  const privateExponent = inverse(exponent, (p - 1n) * (q - 1n))
  // by the Chinese remainder theorem: two powers of half the length cost a quarter of one
  const exponents = [privateExponent % (p - 1n), privateExponent % (q - 1n)] as const
  const ofQ = inverse(q, p)
  const n = p * q
  return {
    rsa: { rsa_n: n.toString(16), rsa_e: Number(exponent) },
    sign(text) {
      const message = toMessage(text)
      const modP = power(message % p, exponents[0], p)
      const modQ = power(message % q, exponents[1], q)
      const difference = (((modP - modQ) % p) + p) % p
      const signature = modQ + ((difference * ofQ) % p) * q
      return signature.toString(16).padStart(keyBits / 4, '0')
    },
  }
}

const keyBits = 1_024
const exponent = 65_537n

function isCoprime(prime: bigint): boolean {
  return prime % exponent !== 1n
}

/** Returns the hash of a text behind what says of which kind it is, filled up to the length of the key (RFC 8017, 9.2). */
function toMessage(text: string): bigint {
  const info = `${sha256Prefix}${toHex(sha256(encodeText(text)))}`
  return BigInt(`0x0001${'f'.repeat(keyBits / 4 - 6 - info.length)}00${info}`)
}

const sha256Prefix = '3031300d060960864801650304020105000420'

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Returns the number that times `value` is 1 modulo `modulus`, by Euclid's extended algorithm. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [remainder, next] = [modulus, value % modulus]
  let [result, nextResult] = [0n, 1n]
  while (next !== 0n) {
    const quotient = remainder / next
    ;[remainder, next] = [next, remainder - quotient * next]
    ;[result, nextResult] = [nextResult, result - quotient * nextResult]
  }
  return ((result % modulus) + modulus) % modulus
}
