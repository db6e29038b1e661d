import { readdirSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { isListenedOn } from './listened-on.ts'
import { removeRuntimeFolder } from './runtime-folder.ts'
import { ServerRecords } from './server-records.ts'

/**
 * Removes the runtime folders beside `own` in which nothing lives any more: those of applications whose processes were
 * all killed. Of several processes that sweep at once, all but one may fail.
 */
export async function sweepBeside(own: string): Promise<void> {
  const parent = dirname(own)
  const others = readdirSync(parent).filter((name) => runtimeFolder.test(name) && name !== basename(own))
  for (const name of others) await sweep(join(parent, name))
}

async function sweep(folder: string): Promise<void> {
  const changedAt = statSync(folder).mtimeMs
  if (Date.now() - changedAt < youngMs) return
  const names = readdirSync(folder).filter((name) => leftover.test(name))
  // first of all: processes that share the folder, but not the system's pids, are seen only so
  for (const name of names) if (await isListenedOn(join(folder, name))) return
  // in one go from here on: who makes the folder his has changed it, and who comes later makes it anew
  if (statSync(folder).mtimeMs !== changedAt || new ServerRecords(folder).all().length > 0) return
  for (const name of names) rmSync(join(folder, name), { force: true })
  removeRuntimeFolder(folder)
}

/** Somebody may have made a younger one a moment ago, to listen there. */
const youngMs = 60_000

const runtimeFolder = /^[0-9a-f]{12}$/

/** The files that processes make there: sockets, records, either of them not ready, and locks. */
const leftover = /\.(?:sock|json|new)$|^master\.\d+$/
