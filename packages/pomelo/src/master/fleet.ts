import type { Life, Supervisor } from 'shaddock/embed'
import type { App } from '../app.ts'
import { entryOf, entryOfRunning } from '../native/entry.ts'
import type { PomeloServer } from '../config/servers.ts'

/** The servers of a master, as tools order them about. */
export interface Fleet {
  /** Those of a type; without a type, all. */
  idsOf(type?: string): string[]
  /** Stops servers, all without ids. @throws {Error} there is no such server. */
  stop(ids: readonly string[]): Promise<void>
  kill(): Promise<void>
  /** @throws {Error} it cannot start again. */
  restart(id: string): Promise<void>
  /** @throws {Error} there is one with its id, or it cannot start. */
  add(server: PomeloServer): Promise<void>
  /** Ends the master. */
  end(): void
}

export interface FleetOptions {
  readonly app: App
  readonly supervisor: Supervisor
  /** Returns the life of a server that another process started, if it lives. */
  readonly foreign: (id: string) => Life | undefined
  /** How long such a server may take to stop before it is killed. */
  readonly stopTimeoutMs: number
}

export function createFleet({ app, supervisor, foreign, stopTimeoutMs }: FleetOptions): Fleet {
  const isOwn = (id: string) => supervisor.entries.some((entry) => entry.id === id)
  const known = () => [...new Set([...Object.keys(app.servers), ...supervisor.entries.map(({ id }) => id)])]
  const foreignOf = (ids: readonly string[]) =>
    ids.filter((id) => !isOwn(id)).flatMap((id) => foreign(id) ?? [])
  return {
    idsOf(type) {
      if (type === undefined) return known()
      const own = supervisor.entries.filter((entry) => entry.type === type).map(({ id }) => id)
      return [...new Set([...own, ...(app.getServersByType(type) ?? []).map(({ id }) => id)])]
    },
    async stop(ids) {
      const unknown = ids.filter((id) => !known().includes(id))
      if (unknown.length > 0) throw new Error(`Cannot find the server to stop: ${unknown.join(', ')}`)
      await Promise.all([
        ids.length > 0 ? supervisor.stop(ids.filter(isOwn)) : supervisor.stop(),
        ...foreignOf(ids.length > 0 ? ids : known()).map((life) => stopWithin(life, stopTimeoutMs)),
      ])
    },
    async kill() {
      await Promise.all([
        supervisor.kill(),
        ...foreignOf(known()).map((life) => {
          life.kill()
          return life.ended
        }),
      ])
    },
    async restart(id) {
      if (isOwn(id)) return supervisor.restart([id])
      const server = app.servers[id]
      if (server === undefined) throw new Error(`there is no server ${id}`)
      await Promise.all(foreignOf([id]).map((life) => stopWithin(life, stopTimeoutMs)))
      return supervisor.add(entryOfRunning(app, server))
    },
    async add(server) {
      if (known().includes(server.id)) throw new Error(`there is a server ${server.id} already`)
      await supervisor.add(entryOf(server))
    },
    end: () => app.stop(true),
  }
}

async function stopWithin(life: Life, limitMs: number): Promise<void> {
  const timer = setTimeout(() => life.kill(), limitMs)
  life.stop()
  await life.ended
  clearTimeout(timer)
}
