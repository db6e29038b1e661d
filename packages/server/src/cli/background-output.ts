import { mkdirSync, openSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SetupError } from '../errors.ts'

/**
 * Opens `logs/master.out`, where processes print that have no terminal. The caller closes it.
 * @throws {SetupError} it cannot be opened.
 */
export function openBackgroundOutput(directory: string): number {
  const path = join(directory, 'logs', 'master.out')
  try {
    mkdirSync(dirname(path), { recursive: true })
    return openSync(path, 'a')
  } catch (cause) {
    throw new SetupError(`${path}: cannot be opened: ${(cause as Error).message}`, { cause })
  }
}
