import { ServerError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { ServerInfo } from '../server-info.ts'
import type { Owner } from './inbox.ts'

/** Returns the server of a type that a channel belongs to now, by the application's routes; undefined if there is none. */
export type OwnerOf = (type: string, name: string) => Owner | undefined

/** `pick` throws a `ServerError` if none is there. What else it throws is logged. */
export function createOwnerOf(pick: (type: string, name: string) => ServerInfo, log: Log): OwnerOf {
  return (type, name) => {
    try {
      const { id, incarnation } = pick(type, name)
      return { id, incarnation, type }
    } catch (error) {
      if (!(error instanceof ServerError))
        log.error({ err: error, channel: name }, 'no server was chosen for a channel')
      return undefined
    }
  }
}
