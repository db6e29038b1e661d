import { encodeText } from './bytes.ts'
import { decodeText } from './text.ts'

/** Turns the values of handlers and pushes into bodies and back. An application has one. */
export interface Codec {
  /** @throws {TypeError} `value` is not what `route` carries. */
  encode(route: string, value: unknown): Uint8Array
  /**
   * Returns the value of an untrusted `body`.
   * @throws {ProtocolError} `body` is not what `route` carries.
   */
  decode(route: string, body: Uint8Array): unknown
}

/**
 * Carries JSON, as Pomelo does. `undefined` is sent as `{}`, because some clients take an empty body for an error;
 * a body that is empty, `null` or no JSON is read as `{}`.
 */
export const jsonCodec: Codec = {
  encode: (_route, value) => (value === undefined ? encodeText('{}') : encodeJson(value)),
  decode: (_route, body) => decodeJson(body) ?? {},
}

/**
 * Returns `value` as JSON, with every character outside the BMP escaped: Pomelo's browser clients misread it raw.
 * @throws {TypeError} JSON cannot carry `value`: a function, a symbol, `undefined`, a BigInt or a cycle.
 * @throws {RangeError} `value` is nested some thousand levels deep.
 */
export function encodeJson(value: unknown): Uint8Array {
  // declared to return a string, it returns undefined for what JSON has no word for
  const text = JSON.stringify(value) as string | undefined
  if (text === undefined) throw new TypeError(`JSON cannot carry a value of type ${typeof value}`)
  return encodeText(text.replace(surrogate, escapeUnit))
}

/** Returns the value of a JSON text in UTF-8 or CESU-8, or `undefined` where it is none. */
export function decodeJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decodeText(bytes))
  } catch {
    return undefined
  }
}

const surrogate = /[\ud800-\udfff]/g

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16)}`
}
