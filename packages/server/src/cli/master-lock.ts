import { readdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { SetupError } from '../errors.ts'
import { isListenedOn } from './listened-on.ts'

/**
 * Makes this process the only master in a runtime folder, or the only command that does a master's work. `socket` is the
 * name of the file there on which it listens. Returns the undo.
 *
 * The lock is a symbolic link to that socket, which comes into being with its content, and is held for as long as
 * somebody listens there: that of a killed master is void. A void one is not replaced but followed by the next number,
 * which only one process can make; whoever made one then looks at all others, as a slow process may have counted from
 * links that are gone.
 * @throws {SetupError} another is there.
 */
export async function takeMasterLock(folder: string, socket: string): Promise<() => void> {
  for (;;) {
    const found = locks(folder)
    await refuseHeld(folder, found)
    const mine = `${prefix}${Math.max(0, ...found.map(numberOf)) + 1}`
    if (!link(join(folder, mine), socket)) continue
    const release = () => rmSync(join(folder, mine), { force: true })
    const others = locks(folder).filter((name) => name !== mine)
    try {
      await refuseHeld(folder, others)
    } catch (error) {
      release()
      throw error
    }
    for (const name of others) rmSync(join(folder, name), { force: true })
    return release
  }
}

/** Returns the pid of the master that holds the lock of a runtime folder, if one does. */
export async function findMasterPid(folder: string): Promise<number | undefined> {
  const { kind, pid } = (await findHolder(folder, locks(folder))) ?? {}
  return kind === 'master' ? pid : undefined
}

const prefix = 'master.'

function locks(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.startsWith(prefix) && Number.isInteger(numberOf(name)))
}

function numberOf(name: string): number {
  return Number(name.slice(prefix.length))
}

async function refuseHeld(folder: string, names: readonly string[]): Promise<void> {
  const holder = await findHolder(folder, names)
  if (holder === undefined) return
  const { kind, pid } = holder
  if (kind === 'master') throw new SetupError(`the application runs already: its master is pid ${pid}`)
  throw new SetupError(`another command, with pid ${pid}, is at work on the application: wait for it`)
}

interface Holder {
  /** What its socket is named after: `master`, or `cli` for a command. */
  readonly kind: string | undefined
  readonly pid: number
}

async function findHolder(folder: string, names: readonly string[]): Promise<Holder | undefined> {
  for (const name of names) {
    const socket = readLink(join(folder, name))
    if (socket === undefined || !(await isListenedOn(join(folder, socket)))) continue
    const [, kind, pid] = /^(\w+)-(\d+)/.exec(socket) ?? []
    return { kind, pid: Number(pid) }
  }
  return undefined
}

function readLink(path: string): string | undefined {
  return unless('ENOENT', () => readlinkSync(path))
}

function link(path: string, target: string): boolean {
  return unless('EEXIST', () => (symlinkSync(target, path), true)) ?? false
}

function unless<T>(code: string, work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    // what node:fs throws has a code
    if ((error as NodeJS.ErrnoException).code === code) return undefined
    throw error
  }
}
