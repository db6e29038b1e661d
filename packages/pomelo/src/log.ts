import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Log } from 'shaddock'
import type { Logger, LoggerFactory } from './logging/logger.ts'
import { Logging } from './logging/logging.ts'

/**
 * One for the process, as Pomelo's: an application's modules get loggers before there is an application. Where it has
 * `pomelo-logger` installed, that writes everything, so that one log4js.json counts for both.
 */
let factory: LoggerFactory = new Logging()

/** Returns the logger of a category. It writes as whatever is configured when it is used. */
export function getLogger(category: string, ...prefixes: string[]): Logger {
  let made: { readonly by: LoggerFactory; readonly logger: Logger } | undefined
  const logger = () => {
    if (made?.by !== factory) made = { by: factory, logger: factory.getLogger(category, ...prefixes) }
    return made.logger
  }
  return {
    log: (...data) => logger().log(...data),
    trace: (...data) => logger().trace(...data),
    debug: (...data) => logger().debug(...data),
    info: (...data) => logger().info(...data),
    warn: (...data) => logger().warn(...data),
    error: (...data) => logger().error(...data),
    fatal: (...data) => logger().fatal(...data),
  }
}

/** Where an application's config is, and which server it configures. */
export interface LoggingPlace {
  readonly base: string
  readonly env: string
  readonly serverId: string
}

/** Configures all loggers as the application's log4js.json says. */
export function configureLogging(place: LoggingPlace): void {
  const installed = findInstalled(place.base)
  if (installed !== undefined) factory = installed
  configureFactory(factory, place)
}

/** Configures a factory as the application's log4js.json says. `POMELO_LOGGER=off` leaves it as it is. */
export function configureFactory(target: LoggerFactory, { base, env, serverId }: LoggingPlace): void {
  if (process.env['POMELO_LOGGER'] === 'off') return
  const paths = [join(base, 'config/log4js.json'), join(base, 'config', env, 'log4js.json')]
  const path = paths.find((each) => existsSync(each))
  if (path === undefined)
    getLogger('pomelo').error('there is no config/log4js.json: all lines go to the console')
  else target.configure(path, { serverId, base })
}

function findInstalled(base: string): LoggerFactory | undefined {
  try {
    const installed: unknown = createRequire(join(base, 'app.js'))('pomelo-logger')
    return isFactory(installed) ? installed : undefined
  } catch {
    // nearly always: it is not installed
    return undefined
  }
}

function isFactory(value: unknown): value is LoggerFactory {
  return typeof value === 'object' && value !== null && 'getLogger' in value && 'configure' in value
}

/** Returns what Shaddock writes its lines to: the category `pomelo`. */
export function createShaddockLog(name?: string): Log {
  const logger = name === undefined ? getLogger('pomelo') : getLogger('pomelo', name)
  const writer =
    (level: 'debug' | 'info' | 'warn' | 'error' | 'fatal') =>
    (...args: [string] | [object, string]) => {
      const [fields, message] = args.length === 1 ? [undefined, args[0]] : args
      if (fields === undefined) logger[level](message)
      else logger[level]('%s %O', message, fields)
    }
  return {
    debug: writer('debug'),
    info: writer('info'),
    warn: writer('warn'),
    error: writer('error'),
    fatal: writer('fatal'),
    named: (part) => createShaddockLog(part),
    close: () => Promise.resolve(),
  }
}
