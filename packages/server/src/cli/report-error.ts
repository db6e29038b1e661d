import { join } from 'node:path'
import { ServerError, SetupError } from '../errors.ts'

/** Prints why a command failed: in one line, unless nobody foresaw it. */
export function reportError(error: unknown): void {
  process.stderr.write(`shaddock: ${reasonOf(error)}\n`)
}

/** Returns the message of an error that is meant for the user, and the stack of any other. */
export function reasonOf(error: unknown): string {
  if (error instanceof SetupError || error instanceof ServerError) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/**
 * Returns what is to be changed about an error: the line of the application in `directory`, ` (app/roles.ts:3:9)`, or the
 * setting, ` (clientPort in config/servers.json)`; or nothing.
 */
export function placeOf(error: unknown, directory: string): string {
  const { cause } = error instanceof SetupError ? error : {}
  if (!(cause instanceof Error)) return ''
  const setting = settingOf(cause)
  if (setting !== undefined) return ` (${setting} in config/servers.json)`
  const [, after] = (cause.stack ?? '').split(join(directory, '/'))
  const place = /^[^\s:)]+:\d+(:\d+)?/.exec(after ?? '')?.[0]
  return place === undefined ? '' : ` (${place})`
}

/** Returns which setting of a server makes the system refuse to listen. */
function settingOf(error: NodeJS.ErrnoException & { port?: number }): string | undefined {
  if (error.syscall !== 'listen' || error.port === undefined) return undefined
  return error.code === 'EADDRNOTAVAIL' ? 'host' : 'clientPort'
}
