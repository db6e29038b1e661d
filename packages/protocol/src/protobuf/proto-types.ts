import type { ProtoReader } from './proto-reader.ts'
import type { ProtoWriter } from './proto-writer.ts'

/** What a field may hold. */
export interface ProtoType {
  /** In the low bits of a field's tag. Written for readers that look at it, never read. */
  readonly wireType: number
  /** Whether many are a count and then the values, without a tag before each. */
  readonly counted: boolean
  /** The size of the empty value, whose bytes are all 0. */
  readonly emptyBytes: number
  /** @throws {TypeError} `value` is of another type. */
  write(writer: ProtoWriter, value: unknown): void
  /** @throws {ProtocolError} */
  read(reader: ProtoReader): unknown
}

const unsigned: ProtoType = {
  wireType: 0,
  counted: true,
  emptyBytes: 1,
  write: (writer, value) => writer.varint(toInteger(writer, value, 0)),
  read: (reader) => reader.varint(),
}

/** `int32` and `sInt32` are one: n becomes 2n, and -n becomes 2n - 1. */
const signed: ProtoType = {
  wireType: 0,
  counted: true,
  emptyBytes: 1,
  write(writer, value) {
    const integer = toInteger(writer, value, -maxInteger)
    writer.varint(integer < 0 ? -2 * integer - 1 : 2 * integer)
  },
  read(reader) {
    const value = reader.varint()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  },
}

const float: ProtoType = {
  wireType: 5,
  counted: true,
  emptyBytes: 4,
  write: (writer, value) => writer.float(toNumber(writer, value)),
  read: (reader) => reader.float(),
}

const double: ProtoType = {
  wireType: 1,
  counted: true,
  emptyBytes: 8,
  write: (writer, value) => writer.double(toNumber(writer, value)),
  read: (reader) => reader.double(),
}

const string: ProtoType = {
  wireType: 2,
  counted: false,
  emptyBytes: 1,
  write(writer, value) {
    // an id that is a number today was a string in the definitions of yesterday
    if (typeof value !== 'string' && typeof value !== 'number') throw wrongType(writer, 'a string', value)
    writer.text(String(value))
  },
  read: (reader) => reader.text(),
}

/** A type that nobody defines. Pomelo writes its tag and nothing behind it, and reads `undefined`. */
export const unknownType: ProtoType = {
  wireType: 2,
  counted: false,
  emptyBytes: 0,
  write: () => undefined,
  read: () => undefined,
}

export const scalarTypes: ReadonlyMap<string, ProtoType> = new Map([
  ['uInt32', unsigned],
  ['int32', signed],
  ['sInt32', signed],
  ['float', float],
  ['double', double],
  ['string', string],
])

/** In spite of their names the integers pass 32 bits. From -2^52 to 2^53 they are exact. */
const maxInteger = 2 ** 62

function toInteger(writer: ProtoWriter, value: unknown, least: number): number {
  // as Pomelo: 1.9 is 1, and '42' is 42
  const integer = Number.isSafeInteger(value) ? (value as number) : parseInt(String(value))
  if (integer >= least && integer <= maxInteger) return integer
  throw wrongType(writer, least === 0 ? 'an integer from 0' : 'an integer', value)
}

function toNumber(writer: ProtoWriter, value: unknown): number {
  if (typeof value === 'number' || typeof value === 'string') return Number(value)
  throw wrongType(writer, 'a number', value)
}

/** Returns the error of a field that holds `value`. */
export function wrongType(writer: ProtoWriter, expected: string, value: unknown): TypeError {
  const got = typeof value === 'number' ? String(value) : Array.isArray(value) ? 'an array' : typeof value
  return new TypeError(`field ${writer.field}: expected ${expected}, got ${got}`)
}
