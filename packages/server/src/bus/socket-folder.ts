import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import type { Server } from 'node:net'
import { join } from 'node:path'
import { SetupError } from '../errors.ts'

/** The folder in which the processes of one machine find one another: `<name>.sock` is where one of them listens. */
export class SocketFolder {
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
  }

  /**
   * Makes the folder, for nobody but this user: whoever may enter it may speak as a server.
   * @throws {SetupError} it cannot be made, belongs to another user, or lets others in.
   */
  prepare(): void {
    const owner = this.#make()
    if (owner.uid !== process.getuid?.()) throw this.#refuse('belongs to another user')
    if ((owner.mode & 0o077) !== 0) throw this.#refuse('can be entered by other users: give it mode 700')
  }

  /**
   * Listens as `name`. The file appears once it can be connected to, so one that refuses is that of a dead process.
   * @throws {SetupError} the path is too long, the name is taken, or the system refuses.
   */
  async listen(server: Server, name: string): Promise<void> {
    const path = this.path(name)
    const bytes = Buffer.byteLength(path)
    if (bytes > maxPathBytes)
      throw new SetupError(`${path}: socket path of ${bytes} bytes exceeds ${maxPathBytes}`)
    if (await answers(path)) throw new SetupError(`${path}: another process listens there`)
    // as short as the ending that it gets
    const early = path.replace(/sock$/, 'new')
    try {
      rmSync(early, { force: true })
      await listening(server, early)
      renameSync(early, path)
    } catch (cause) {
      server.close()
      throw new SetupError(`${path}: cannot be listened on: ${(cause as Error).message}`, { cause })
    }
  }

  /** Returns the names of all who listen, and of those who died listening. */
  names(): string[] {
    return readdirSync(this.#directory).flatMap((file) => {
      const escaped = /^(.*)\.sock$/s.exec(file)?.[1]
      return escaped === undefined ? [] : unescape(escaped)
    })
  }

  path(name: string): string {
    return join(this.#directory, `${escape(name)}.sock`)
  }

  remove(name: string): void {
    rmSync(this.path(name), { force: true })
  }

  #make() {
    try {
      mkdirSync(this.#directory, { recursive: true, mode: 0o700 })
      return statSync(this.#directory)
    } catch (cause) {
      throw this.#refuse(`cannot be made: ${(cause as Error).message}`, cause)
    }
  }

  #refuse(why: string, cause?: unknown): SetupError {
    return new SetupError(`${this.#directory}: the folder of the bus ${why}`, { cause })
  }
}

/** What the system's `sun_path` holds, without its final 0. */
const maxPathBytes = process.platform === 'linux' ? 107 : 103

function escape(name: string): string {
  return encodeURIComponent(name).replaceAll('%40', '@')
}

/** Returns no name for a file that is none of ours. */
function unescape(escaped: string): string[] {
  try {
    const name = decodeURIComponent(escaped)
    return escape(name) === escaped ? [name] : []
  } catch {
    return []
  }
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('error', () => resolve(false))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
}
