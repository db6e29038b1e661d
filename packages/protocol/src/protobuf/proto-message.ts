import { ProtocolError } from '../errors.ts'
import { ProtoReader } from './proto-reader.ts'
import type { ProtoType } from './proto-types.ts'
import { wrongType } from './proto-types.ts'
import { ProtoWriter } from './proto-writer.ts'
import type { TextForm } from './proto-writer.ts'

export interface MessageField {
  readonly name: string
  readonly option: 'required' | 'optional' | 'repeated'
  readonly tag: number
  readonly type: ProtoType
}

/** What one route carries: turns values into the bytes of Pomelo's protobuf dialect and back. */
export interface ProtoCodec {
  /**
   * Returns the bytes of a value, which are none if it has none of the fields. What is no field is left out.
   * @throws {TypeError} `value` is no object, lacks a required field, or has one of a wrong type.
   */
  encode(value: unknown, textForm?: TextForm): Uint8Array
  /** Returns the bytes of what can be encoded of `value`, or of an empty field: never none. */
  encodePartly(value: unknown, textForm?: TextForm): Uint8Array
  /**
   * Returns the fields of an untrusted message. Required ones may be missing, as they may in Pomelo.
   * @throws {ProtocolError} Cut off, or not of these fields.
   */
  decode(bytes: Uint8Array): Record<string, unknown>
}

/** A message, as the type of a field and as what a route carries. Its fields come later, since they may be of this type. */
export class MessageType implements ProtoType, ProtoCodec {
  readonly wireType = 2
  readonly counted = false
  readonly emptyBytes = 1
  readonly #byName = new Map<string, MessageField>()
  readonly #byTag = new Map<number, MessageField>()
  readonly #required: string[] = []

  /** Adds a field, which may be read by other tags than its own too. */
  add(field: MessageField, tags: readonly number[]): void {
    this.#byName.set(field.name, field)
    for (const tag of tags) this.#byTag.set(tag, field)
    if (field.option === 'required') this.#required.push(field.name)
  }

  encode(value: unknown, textForm: TextForm = 'utf8'): Uint8Array {
    return withWriter(textForm, (writer) => this.#writeFields(writer, value))
  }

  encodePartly(value: unknown, textForm: TextForm = 'utf8'): Uint8Array {
    return withWriter(textForm, (writer) => {
      const source = Object(value) as Record<string, unknown>
      for (const field of this.#byName.values()) tryToWrite(writer, field, source[field.name])
      if (writer.length === 0) this.#writeEmptyField(writer)
    })
  }

  decode(bytes: Uint8Array): Record<string, unknown> {
    return this.#readFields(new ProtoReader(bytes))
  }

  write(writer: ProtoWriter, value: unknown): void {
    if (writer.depth === maxDepth) throw new TypeError(`over ${maxDepth} messages within one another`)
    writer.depth++
    const start = writer.begin()
    this.#writeFields(writer, value)
    writer.end(start)
    writer.depth--
  }

  read(reader: ProtoReader): unknown {
    if (reader.depth === maxDepth)
      throw new ProtocolError(`over ${maxDepth} protobuf messages within one another`)
    reader.depth++
    const outerEnd = reader.enter()
    const message = this.#readFields(reader)
    reader.leave(outerEnd)
    reader.depth--
    return message
  }

  #writeFields(writer: ProtoWriter, value: unknown): void {
    if (typeof value !== 'object' || value === null) throw wrongType(writer, 'an object', value)
    const source = value as Record<string, unknown>
    for (const name of this.#required) {
      if (isAbsent(source[name])) throw new TypeError(`field ${name} is required`)
    }
    // in the order of the value, not of the definitions
    for (const name in source) {
      const field = this.#byName.get(name)
      if (field) writeField(writer, field, source[name])
    }
  }

  #writeEmptyField(writer: ProtoWriter): void {
    const [field] = this.#byName.values()
    if (!field) return
    writeTag(writer, field)
    writer.zeros(field.option === 'repeated' ? 1 : field.type.emptyBytes)
  }

  #readFields(reader: ProtoReader): Record<string, unknown> {
    const message: Record<string, unknown> = {}
    while (!reader.atEnd) {
      const tag = Math.floor(reader.varint() / 8)
      const field = this.#byTag.get(tag)
      if (!field) throw new ProtocolError(`unknown protobuf tag ${tag}`)
      const { name, option, type } = field
      if (option === 'repeated') readRepeated(reader, type, (message[name] ??= []) as unknown[])
      else message[name] = type.read(reader)
    }
    return message
  }
}

/** Keeps the recursion, of hostile bytes or of a cycle, within the stack. */
const maxDepth = 100

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null
}

function writeField(writer: ProtoWriter, field: MessageField, value: unknown): void {
  if (isAbsent(value)) return
  writer.field = field.name
  if (field.option === 'repeated') return writeRepeated(writer, field, value)
  writeTag(writer, field)
  field.type.write(writer, value)
}

function writeRepeated(writer: ProtoWriter, field: MessageField, values: unknown): void {
  if (!Array.isArray(values)) throw wrongType(writer, 'an array', values)
  if (values.length === 0) return
  const { type } = field
  if (type.counted) {
    writeTag(writer, field)
    writer.varint(values.length)
    for (const value of values) type.write(writer, value)
    return
  }
  for (const value of values) {
    writeTag(writer, field)
    type.write(writer, value)
  }
}

function writeTag(writer: ProtoWriter, { tag, type }: MessageField): void {
  writer.varint(8 * tag + type.wireType)
}

function tryToWrite(writer: ProtoWriter, field: MessageField, value: unknown): void {
  const { length } = writer
  try {
    writeField(writer, field, value)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    writer.length = length
    writer.depth = 0
  }
}

function readRepeated(reader: ProtoReader, type: ProtoType, values: unknown[]): void {
  const count = type.counted ? reader.varint() : 1
  for (let index = 0; index < count; index++) values.push(type.read(reader))
}

/** Its buffer has grown to what messages need. Taken while in use: the getter of a value may encode another. */
let idleWriter: ProtoWriter | undefined

function withWriter(textForm: TextForm, write: (writer: ProtoWriter) => void): Uint8Array {
  const writer = idleWriter ?? new ProtoWriter()
  idleWriter = undefined
  writer.start(textForm)
  write(writer)
  const bytes = writer.take()
  idleWriter = writer
  return bytes
}
