import { inspect } from 'node:util'
import { silentLog } from '../log.ts'
import type { Log, WriteLine } from '../log.ts'

/** Returns a log that prints errors only, with their stacks: what a test that fails for one would else have to guess. */
export function createErrorLog(serverId: string, name?: string): Log {
  const write: WriteLine = (...args: [string] | [object, string]) => {
    const [fields, message] = args.length === 1 ? [{}, args[0]] : args
    const { err, ...others }: { readonly err?: unknown } = fields
    const details = Object.keys(others).length > 0 ? ` ${JSON.stringify(others)}` : ''
    const source = name === undefined ? serverId : `${serverId} ${name}`
    const stack = err === undefined ? '' : `${inspect(err)}\n`
    process.stderr.write(`${source}: ${message}${details}\n${stack}`)
  }
  return {
    ...silentLog,
    error: write,
    fatal: write,
    named: (part) => createErrorLog(serverId, part),
  }
}
