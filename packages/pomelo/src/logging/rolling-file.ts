import { appendFileSync, closeSync, existsSync, fstatSync, mkdirSync, openSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'

export interface RollingFileOptions {
  readonly path: string
  /** The size, in bytes, at which it becomes `<path>.1` and begins anew. @default Infinity */
  readonly maxBytes?: number
  /** How many of those before are kept. @default 5 */
  readonly backups?: number
}

/** A log file. A line has reached it when `write` returns, so a crash loses none. */
export class RollingFile {
  readonly #path: string
  readonly #maxBytes: number
  readonly #backups: number
  /** Undefined where it could not be opened: the next write tries again. */
  #file: number | undefined
  #bytes = 0
  #broken = false

  constructor({ path, maxBytes = Infinity, backups = 5 }: RollingFileOptions) {
    this.#path = path
    this.#maxBytes = maxBytes
    this.#backups = backups
    this.#open('a')
  }

  write(text: string): void {
    try {
      const file = this.#file ?? this.#open('a')
      appendFileSync(this.#bytes >= this.#maxBytes ? this.#roll(file) : file, text)
      this.#bytes += Buffer.byteLength(text)
      this.#broken = false
    } catch (error) {
      // a full disk must not end the server, nor fill the console
      if (!this.#broken) process.stderr.write(`${this.#path}: lines are lost: ${String(error)}\n`)
      this.#broken = true
    }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }

  #open(flags: 'a' | 'w'): number {
    mkdirSync(dirname(this.#path), { recursive: true })
    this.#file = openSync(this.#path, flags)
    this.#bytes = fstatSync(this.#file).size
    return this.#file
  }

  #roll(file: number): number {
    // the number is somebody else's as soon as it is closed
    this.#file = undefined
    closeSync(file)
    for (let number = this.#backups - 1; number >= 0; number--) {
      const from = number === 0 ? this.#path : `${this.#path}.${number}`
      if (existsSync(from)) renameSync(from, `${this.#path}.${number + 1}`)
    }
    // without backups nothing was renamed, and what is there goes
    return this.#open('w')
  }
}
