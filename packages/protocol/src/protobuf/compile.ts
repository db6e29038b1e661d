import { ProtocolError } from '../errors.ts'
import type { ProtoTable } from './definitions.ts'
import { MessageType } from './proto-message.ts'
import type { MessageField, ProtoCodec } from './proto-message.ts'
import type { ProtoType } from './proto-types.ts'
import { scalarTypes, unknownType } from './proto-types.ts'

/**
 * Makes the codecs of definitions, by route. `table` may be what an untrusted server sent.
 * @throws {ProtocolError} It is no table of definitions.
 */
export function compileProtos(table: ProtoTable): ReadonlyMap<string, ProtoCodec> {
  const sources = new Map<MessageType, Source>()
  const roots = collect(table, sources)
  for (const [message, { definition, inner }] of sources) {
    const typeOf = (name: string): ProtoType =>
      scalarTypes.get(name) ?? inner.get(name) ?? roots.get(`message ${name}`) ?? unknownType
    addFields(message, definition, typeOf)
  }
  return roots
}

interface Source {
  readonly definition: Readonly<Record<string, unknown>>
  /** The messages that it defines for its own fields. */
  readonly inner: ReadonlyMap<string, MessageType>
}

/** Makes the messages of a table, and of theirs, before there are fields that may be of their types. */
function collect(table: unknown, sources: Map<MessageType, Source>, depth = 0): Map<string, MessageType> {
  if (depth === maxDepth) throw malformed(`over ${maxDepth} levels deep`)
  const messages = new Map<string, MessageType>()
  for (const [name, definition] of Object.entries(toObject(table))) {
    const message = new MessageType()
    const members = toObject(definition)
    const inner = collect(members['__messages'] ?? {}, sources, depth + 1)
    sources.set(message, { definition: members, inner })
    messages.set(name, message)
  }
  return messages
}

const maxDepth = 100

function addFields(
  message: MessageType,
  definition: Source['definition'],
  typeOf: (name: string) => ProtoType,
): void {
  const tags = Map.groupBy(Object.entries(toObject(definition['__tags'] ?? {})), ([, name]) => name)
  for (const [name, field] of Object.entries(definition)) {
    if (notFields.has(name)) continue
    const { option, type, tag } = toObject(field)
    if (!isOption(option) || typeof type !== 'string') throw malformed(`field ${name}`)
    const readBy = (tags.get(name) ?? []).map(([key]) => Number(key))
    message.add({ name, option, tag: toTag(tag), type: typeOf(type) }, readBy)
  }
}

/** The last cannot be the name of an object's field. */
const notFields = new Set(['__messages', '__tags', '__proto__'])

function isOption(option: unknown): option is MessageField['option'] {
  return option === 'required' || option === 'optional' || option === 'repeated'
}

/** Tags of the project's files may be texts, or anything. */
function toTag(tag: unknown): number {
  const number = Number(tag)
  return Number.isInteger(number) && number >= 0 && number < 2 ** 28 ? number : 0
}

function toObject(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  throw malformed(typeof value)
}

function malformed(what: string): ProtocolError {
  return new ProtocolError(`malformed protobuf definitions: ${what}`)
}
