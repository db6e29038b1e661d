import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SocketFolder } from '../bus/socket-folder.ts'
import { birthOf } from './process-birth.ts'
import type { ServerOrder } from './server-order.ts'

/** A process that a master started to be a server. */
export interface ServerRecord {
  readonly pid: number
  /** Tells it from others that get its pid. */
  readonly birth: string
  readonly order: ServerOrder
}

/**
 * The processes that run the servers of an application on this machine, as files in its runtime folder:
 * `<bus name>.json`. A master writes one before the process learns which server it is, so whatever becomes of the
 * master, and whether or not a process answers on the bus, all are found.
 */
export class ServerRecords {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  write(pid: number, order: ServerOrder): void {
    const birth = birthOf(pid)
    // it has ended already
    if (birth === undefined) return
    const record: ServerRecord = { pid, birth, order }
    // whoever reads it must not see half of it
    const draft = `${this.#path(order.busName)}.new`
    writeFileSync(draft, JSON.stringify(record), { mode: 0o600 })
    renameSync(draft, this.#path(order.busName))
  }

  /** Removes what is left of a process that has ended. */
  remove(busName: string): void {
    rmSync(this.#path(busName), { force: true })
    new SocketFolder(this.#folder).remove(busName)
  }

  /** Returns those of processes that live. */
  all(): readonly ServerRecord[] {
    const names = readdirSync(this.#folder).filter((name) => name.endsWith('.json'))
    return names.flatMap((name) => {
      const record = read(join(this.#folder, name))
      if (record === undefined) return []
      if (isAlive(record)) return record
      this.remove(record.order.busName)
      return []
    })
  }

  #path(busName: string): string {
    return join(this.#folder, `${busName}.json`)
  }
}

export function isAlive({ pid, birth }: ServerRecord): boolean {
  return birthOf(pid) === birth
}

function read(path: string): ServerRecord | undefined {
  try {
    // nobody else can write there
    return JSON.parse(readFileSync(path, 'utf8')) as ServerRecord
  } catch {
    // it was removed a moment ago
    return undefined
  }
}
