import type { ServerEntry } from '../config/config.ts'
import { nearest } from '../config/nearest.ts'
import { checkFolders, findTypes } from '../dispatch/loader.ts'
import { SetupError } from '../errors.ts'

/**
 * Finds the mistakes in servers that are known before one of them starts.
 * @throws {SetupError} a type has no folder or a misspelt one in it, or a name is the master's.
 */
export async function checkServers(directory: string, entries: readonly ServerEntry[]): Promise<void> {
  const types = await findTypes(directory)
  if (types.length === 0) throw new SetupError(`no folder app/servers in ${directory}, or nothing in it`)
  for (const { id, type } of entries) {
    if (id === 'master' || type === 'master') throw new SetupError(`${id}: only the master is called master`)
    if (types.includes(type)) continue
    throw new SetupError(`${id}: no folder app/servers/${type}, expected ${nearest(type, types)}`)
  }
  for (const type of new Set(entries.map((entry) => entry.type))) await checkFolders(directory, type)
}

export interface Choice {
  readonly types?: readonly string[]
  readonly ids?: readonly string[]
}

/**
 * Returns the servers that have one of the ids or types; all, if none are given.
 * @throws {SetupError} there is no such id or type.
 */
export function chooseServers(
  entries: readonly ServerEntry[],
  { types = [], ids = [] }: Choice,
): readonly ServerEntry[] {
  if (types.length + ids.length === 0) return entries
  refuseUnknown('type', types, new Set(entries.map(({ type }) => type)))
  refuseUnknown('server', ids, new Set(entries.map(({ id }) => id)))
  return entries.filter(({ id, type }) => ids.includes(id) || types.includes(type))
}

function refuseUnknown(noun: string, names: readonly string[], known: ReadonlySet<string>): void {
  for (const name of names) {
    if (known.has(name)) continue
    throw new SetupError(`config/servers.json: no ${noun} ${name}, expected ${nearest(name, [...known])}`)
  }
}
