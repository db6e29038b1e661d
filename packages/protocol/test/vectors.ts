import { readFileSync } from 'node:fs'

/** What Pomelo's own encoders and decoders did: `file` is in `vectors/`, without its extension. */
export function readVectors<Case>(file: string): { readonly count: number; readonly cases: readonly Case[] } {
  return JSON.parse(readFileSync(new URL(`vectors/${file}.json`, import.meta.url), 'utf8'))
}

/** Takes hex digits; spaces are for the reader. */
export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
