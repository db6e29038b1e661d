import type { Config, ServerEntry } from './config.ts'
import { below, check, mistake, unknownSetting } from './mistake.ts'
import type { Place } from './mistake.ts'
import { closest } from './nearest.ts'
import type { Section } from './read.ts'
import { clusterCountSchema, serverSchema, serversSchema, typeSchema } from './schemas.ts'

type Fields = Readonly<Record<string, unknown>>

/**
 * Returns the servers of `servers.json`, in its order.
 * @throws {SetupError} a server is not as it should be, or two have one id or one address.
 */
export function readServers(section: Section): readonly ServerEntry[] {
  const servers: ServerEntry[] = []
  for (const [type, blocks] of Object.entries(check(serversSchema, section.value, section))) {
    check(typeSchema, type, below(section, type))
    // blocks of one type number their servers on
    let numbered = 0
    for (const [index, block] of blocks.entries()) {
      const place = below(section, type, index)
      refuseMisspelt(block, place)
      const expanded = block['clusterCount'] === undefined ? undefined : expand(block, type, numbered, place)
      numbered += expanded?.length ?? 0
      for (const fields of expanded ?? [block]) {
        const entry = toEntry(type, fields, place)
        refuseTaken(entry, place, servers)
        refuseMixed(entry, place, servers)
        servers.push(entry)
      }
    }
  }
  if (servers.length === 0) throw mistake(section, 'at least one server', undefined)
  return servers
}

/**
 * Returns the server that `id=chat-3 type=chat clientPort=3014 …` describes. Values that read as whole numbers or as
 * booleans are such, except where a text belongs.
 * @throws {SetupError} it is not as it should be, or `config` has a server with its id or address, or `declared` has
 * servers of its type that are frontends, if it is none, or none, if it is one.
 */
export function parseServerEntry(
  pairs: Readonly<Record<string, string>>,
  config: Pick<Config, 'servers'>,
  declared = config.servers,
): ServerEntry {
  const place = { file: 'arguments', path: [] }
  const { type, ...fields } = pairs
  const checkedType = check(typeSchema, type, below(place, 'type'))
  if (fields['clusterCount'] !== undefined) {
    throw mistake(below(place, 'clusterCount'), 'a single server', fields['clusterCount'])
  }
  refuseMisspelt(fields, place)
  const values: Fields = Object.fromEntries(
    Object.entries(fields).map(([key, text]) => [key, texts.has(key) ? text : parseValue(text)] as const),
  )
  const entry = toEntry(checkedType, values, place)
  refuseTaken(entry, place, config.servers)
  refuseMixed(entry, place, declared)
  return entry
}

const texts = new Set(['id', 'host', 'clientHost', 'args'])

/** Only what has no dot is a number: `1.10` is more often a version than a fraction. */
function parseValue(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  const number = Number(text)
  return text.trim() === '' || text.includes('.') || !Number.isFinite(number) ? text : number
}

/** Returns the servers that a block with `clusterCount` stands for: `"3050++"` is 3050 in the first, 3051 in the next. */
function expand(
  { clusterCount, ...fields }: Fields,
  type: string,
  first: number,
  place: Place,
): readonly Fields[] {
  const length = check(clusterCountSchema, clusterCount, below(place, 'clusterCount'))
  return Array.from({ length }, (_, index) => {
    const values: Fields = Object.fromEntries(
      Object.entries(fields).map(([key, value]) => [key, count(value, index)] as const),
    )
    return { ...values, id: `cluster-server-${type}-${first + index}` }
  })
}

function count(value: unknown, index: number): unknown {
  const start = typeof value === 'string' ? /^(\d+)\+\+$/.exec(value)?.[1] : undefined
  return start === undefined ? value : Number(start) + index
}

function toEntry(type: string, fields: Fields, place: Place): ServerEntry {
  const server = check(serverSchema, fields, place)
  const { id, host, clientPort, args } = server
  if (server.frontend === true && clientPort === undefined) {
    throw mistake(below(place, 'clientPort'), 'a port number, since frontend is true', clientPort)
  }
  if (server.frontend === false && clientPort !== undefined) {
    throw mistake(below(place, 'frontend'), 'true, since there is a clientPort', false)
  }
  return {
    id,
    type,
    host,
    clientHost: server.clientHost ?? host,
    ...(clientPort !== undefined && { clientPort }),
    frontend: clientPort !== undefined,
    args: typeof args === 'string' ? args.split(/\s+/).filter(Boolean) : args,
    settings: Object.fromEntries(
      Object.entries(server).filter(([key]) => !Object.hasOwn(serverSchema.shape, key)),
    ),
  }
}

/** Names that a key of the application's own hardly resembles by chance: short ones many words do. */
const distinctive = ['clientPort', 'clientHost', 'frontend', 'clusterCount']

/** Else a frontend whose `clientPort` is misspelt would be a back end, and that of its type which has one be blamed. */
function refuseMisspelt(fields: Fields, place: Place): void {
  const missing = distinctive.filter((name) => !Object.hasOwn(fields, name))
  for (const key of Object.keys(fields)) {
    if (distinctive.includes(key)) continue
    const meant = closest(key, missing, 2)
    if (meant !== undefined) throw unknownSetting(below(place, key), `"${meant}"`)
  }
}

function refuseTaken(entry: ServerEntry, place: Place, others: readonly ServerEntry[]): void {
  const { id, host, clientPort } = entry
  // a file system may take two such names of logs for one, and so does who reads them
  const namesake = others.find((other) => other.id.toLowerCase() === id.toLowerCase())
  if (namesake?.id === id) throw mistake(below(place, 'id'), `an id that no other server has`, id)
  if (namesake) throw mistake(below(place, 'id'), `an id that is not ${namesake.id} in other letters`, id)
  const neighbour = others.find(
    (other) => other.host === host && other.clientPort === clientPort && clientPort,
  )
  if (neighbour)
    throw mistake(below(place, 'clientPort'), `another port than ${neighbour.id} has on ${host}`, clientPort)
}

/** A gate that chooses among the servers of a type must not find one that no client can connect to. */
function refuseMixed(entry: ServerEntry, place: Place, others: readonly ServerEntry[]): void {
  const { type, frontend, clientPort } = entry
  const sibling = others.find((other) => other.type === type && other.frontend !== frontend)
  if (sibling === undefined) return
  const expected = frontend ? 'nothing' : 'a port number'
  throw mistake(below(place, 'clientPort'), `${expected}, as ${sibling.id} of this type has`, clientPort)
}
