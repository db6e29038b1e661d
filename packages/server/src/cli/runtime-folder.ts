import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync, realpathSync, rmdirSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { SetupError } from '../errors.ts'

/**
 * Returns where the processes of the application in `directory` meet:
 * `<temporary folder>/shaddock-<user>/<hash of the real path>`. Short, as the path of a socket holds 100 bytes.
 */
export function runtimeFolderOf(directory: string): string {
  const hash = createHash('sha256').update(realpathSync(directory)).digest('hex')
  return join(userFolder(), hash.slice(0, 12))
}

/**
 * Makes the folder of all that this user runs, and returns it.
 * @throws {SetupError} something else has its name, or it belongs to or lets in another user.
 */
export function makeUserFolder(): string {
  const folder = userFolder()
  makeFolder(folder)
  checkPrivate(folder)
  return folder
}

function userFolder(): string {
  return join(tmpdir(), `shaddock-${process.getuid?.() ?? 'user'}`)
}

/**
 * Makes a runtime folder that nobody else can enter.
 * @throws {SetupError} something else has its name, or it belongs to or lets in another user.
 */
export function makeRuntimeFolder(folder: string): void {
  for (const path of [dirname(folder), folder]) {
    makeFolder(path)
    checkPrivate(path)
  }
  // who sweeps looks at its age
  utimesSync(folder, new Date(), new Date())
}

/**
 * Whether a runtime folder is there.
 * @throws {SetupError} it belongs to or lets in another user, who may pose as a server.
 */
export function hasRuntimeFolder(folder: string): boolean {
  if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) return false
  for (const path of [dirname(folder), folder]) checkPrivate(path)
  return true
}

/** Removes a runtime folder, unless somebody is in it. */
export function removeRuntimeFolder(folder: string): void {
  ignoring(['ENOTEMPTY', 'EEXIST', 'ENOENT'], () => rmdirSync(folder))
}

/** Returns a name on the bus that no other process has or had. Not the id: that may be too long for a socket's path. */
export function newBusName(id: string): string {
  return `${id.replace(/[^\w.-]/g, '_').slice(0, 24)}@${Date.now().toString(36)}`
}

function makeFolder(path: string): void {
  try {
    ignoring(['EEXIST'], () => mkdirSync(path, { mode: 0o700 }))
  } catch (cause) {
    throw new SetupError(`${path}: cannot be made: ${(cause as Error).message}`, { cause })
  }
}

function checkPrivate(path: string): void {
  // a link is judged itself, not what it leads to: anybody may have put it into the temporary folder
  const stats = lstatSync(path)
  if (!stats.isDirectory()) throw new SetupError(`${path}: expected a folder`)
  if (stats.uid !== (process.getuid?.() ?? stats.uid)) throw new SetupError(`${path} belongs to another user`)
  if ((stats.mode & 0o077) !== 0) throw new SetupError(`${path} lets other users in: give it mode 700`)
}

function ignoring(codes: readonly string[], work: () => void): void {
  try {
    work()
  } catch (error) {
    // what node:fs throws has a code
    if (!codes.includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}
