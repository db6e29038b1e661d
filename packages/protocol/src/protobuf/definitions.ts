/** The messages of one direction, by route: the form in which Pomelo's handshake carries them. */
export type ProtoTable = Readonly<Record<string, ProtoMessage>>

/** A message: its fields by name, and besides them `__messages` and `__tags`. */
export interface ProtoMessage {
  readonly [field: string]: ProtoField | ProtoTable | Readonly<Record<string, string>>
  /** The messages that only this message's fields may have as their type. */
  readonly __messages: ProtoTable
  /** The names of the fields by their tags. */
  readonly __tags: Readonly<Record<string, string>>
}

export interface ProtoField {
  readonly option: string
  /** `uInt32`, `int32`, `sInt32`, `float`, `double`, `string`, or the name of a message. */
  readonly type: string
  readonly tag: unknown
}

/**
 * Returns the definitions that `config/serverProtos.json` or `config/clientProtos.json` holds. What is no definition is
 * left out, as Pomelo does: the version depends on it.
 */
export function parseProtos(config: unknown): ProtoTable {
  return Object.fromEntries(entriesOf(config).map(([route, message]) => [route, parseMessage(message)]))
}

/**
 * Returns the text whose MD5, in base64, is the version of definitions in Pomelo: `received` is what clients send,
 * `sent` what servers do.
 */
export function protosText(received: ProtoTable, sent: ProtoTable): string {
  return JSON.stringify(received) + JSON.stringify(sent)
}

const options = new Set(['required', 'optional', 'repeated'])

function parseMessage(config: unknown): ProtoMessage {
  const fields = new Map<string, ProtoField>()
  const messages = new Map<string, ProtoMessage>()
  const names = new Map<string, string>()
  for (const [key, value] of entriesOf(config)) {
    const words = key.split(' ')
    const [option = '', type = '', name = ''] = words
    if (option === 'message' && words.length === 2) messages.set(type, parseMessage(value))
    if (!options.has(option) || words.length !== 3 || names.get(String(value))) continue
    fields.set(name, { option, type, tag: value })
    names.set(String(value), name)
  }
  return {
    ...Object.fromEntries(fields),
    __messages: Object.fromEntries(messages),
    __tags: Object.fromEntries(names),
  }
}

function entriesOf(config: unknown): [string, unknown][] {
  return typeof config === 'object' && config !== null ? Object.entries(config) : []
}
