import { join } from 'node:path'
import { makeUserFolder } from '../cli/runtime-folder.ts'
import { SetupError } from '../errors.ts'

/**
 * Returns the environment variables with which a process of an application starts in half the time: compiled code is
 * kept between starts, where nobody else can write to it. Nothing where there is no such place, or where it is turned off.
 */
export function startEnvironment(): Readonly<Record<string, string>> {
  if (process.env['NODE_DISABLE_COMPILE_CACHE'] || process.env['NODE_COMPILE_CACHE']) return {}
  try {
    return { NODE_COMPILE_CACHE: join(makeUserFolder(), 'compile-cache') }
  } catch (error) {
    if (error instanceof SetupError) return {}
    throw error
  }
}
