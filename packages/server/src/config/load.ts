import { resolve } from 'node:path'
import { SetupError } from '../errors.ts'
import type { Config } from './config.ts'
import { check } from './mistake.ts'
import { isObject, readSection, readWhole } from './read.ts'
import type { Section } from './read.ts'
import {
  clusterSchema,
  connectorSchema,
  dictionarySchema,
  logSchema,
  masterSchema,
  protosSchema,
} from './schemas.ts'
import type { Schema } from './setting.ts'
import { readServers } from './servers.ts'

/**
 * Reads the config files of the application in `directory`.
 * @throws {SetupError} a file is missing or wrong; the message is one line that names file, path and what was expected.
 */
export async function loadConfig(directory: string, environment: string): Promise<Config> {
  if (!/^[\w-]+$/.test(environment)) {
    throw new SetupError(`environment: expected letters, digits, _ and -, got ${JSON.stringify(environment)}`)
  }
  const absolute = resolve(directory)
  const read = (name: string, isFlat: (value: unknown) => boolean, settings: readonly string[] = []) =>
    readSection(absolute, environment, { name, settings, isFlat })
  const load = async <T>(name: string, schema: SettingsSchema<T>): Promise<T> => {
    const section = await read(name, (value) => hasSettings(value, schema), Object.keys(schema.shape))
    const { value, ...place } = section ?? { file: `config/${name}`, path: [], value: {} }
    return check(schema, value, place)
  }

  const loadProtos = async (name: string) => {
    const protos = await readWhole(absolute, environment, name)
    return protos && check(protosSchema, protos.value, protos)
  }

  const servers = await read('servers.json', hasArrays)
  if (!servers) throw new SetupError(`config/servers.json: no such file in ${absolute}`)
  const { restart, stopTimeoutMs } = await load('master.json', masterSchema)
  const log = await load('log.json', logSchema)
  return {
    directory: absolute,
    environment,
    servers: readServers(servers),
    connector: await load('connector.json', connectorSchema),
    cluster: await load('cluster.json', clusterSchema),
    master: { restart, stopTimeoutMs },
    log: { console: environment === 'development' ? 'pretty' : 'none', ...log },
    dictionary: readDictionary(await read('dictionary.json', (value) => !isObject(value) || isEmpty(value))),
    serverProtos: await loadProtos('serverProtos.json'),
    clientProtos: await loadProtos('clientProtos.json'),
  }
}

interface SettingsSchema<T> extends Schema<T> {
  readonly shape: object
}

/** A file of settings holds at least one that is known, or nothing that could be an environment. */
function hasSettings(value: unknown, schema: SettingsSchema<unknown>): boolean {
  if (!isObject(value)) return true
  const isSetting = (key: string) => Object.hasOwn(schema.shape, key) || !isObject(value[key])
  return isEmpty(value) || Object.keys(value).some(isSetting)
}

/** A list of servers is an array, an environment is not. */
function hasArrays(value: unknown): boolean {
  return !isObject(value) || isEmpty(value) || !Object.values(value).every(isObject)
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0
}

function readDictionary(section: Section | undefined): readonly string[] {
  // Pomelo's projects hold `{}` until somebody lists a route
  if (!section || (isObject(section.value) && isEmpty(section.value))) return []
  return check(dictionarySchema, section.value, section)
}
