import { inspect } from 'node:util'
import { readJson } from '../config/config-file.ts'
import { watchFile } from '../config/watch-file.ts'
import { createAppender } from './appender.ts'
import type { Appender, AppenderConfig } from './appender.ts'
import { severityOf, thresholdOf } from './levels.ts'
import type { Level } from './levels.ts'
import { colouredLayout } from './layout.ts'
import type { Logger, LoggerFactory } from './logger.ts'
import { replaceConsole } from './replace-console.ts'
import { fillPlaceholders } from './placeholders.ts'
import type { PlaceholderValues } from './placeholders.ts'

/**
 * Writes lines by category as a log4js.json says, in the form of log4js 0.6. Before it is configured, all go to the
 * console.
 */
export class Logging implements LoggerFactory {
  #appenders: Appender[] = [consoleAppender]
  readonly #thresholds = new Map<string, number>()
  #threshold = 0
  #restoreConsole: (() => void) | undefined
  #watching: NodeJS.Timeout | undefined

  /** @throws {Error} the file cannot be read or is no JSON, which the message names. What is wrong with one appender is said, and it is left out. */
  configure(config: string | object, opts: PlaceholderValues = {}): void {
    const read = () => (typeof config === 'string' ? (readJson(config) as object) : config)
    const filled = fillPlaceholders(read(), opts) as LoggingConfig
    this.close()
    this.#appenders = (filled.appenders ?? []).flatMap((each) => openAppender(each))
    this.#applyLevels(filled)
    if (filled.lineDebug) process.env['LOGGER_LINE'] = 'true'
    if (filled.rawMessage) process.env['RAW_MESSAGE'] = 'true'
    if (typeof config === 'string' && filled.reloadSecs)
      this.#watching = watchFile(config, filled.reloadSecs * 1_000, () => this.#applyLevels(read()))
  }

  getLogger(category = '[default]', ...prefixes: string[]): Logger {
    const name = category.replace(process.cwd(), '')
    const write =
      (level: Level) =>
      (...data: unknown[]) => {
        if (severityOf(level) < (this.#thresholds.get(name) ?? this.#threshold)) return
        const event = { category: name, level, date: new Date(), data: prefixed(prefixes, data) }
        for (const appender of this.#appenders) appender.write(event)
      }
    const info = write('info')
    return {
      ...{ trace: write('trace'), debug: write('debug'), info, log: info },
      ...{ warn: write('warn'), error: write('error'), fatal: write('fatal') },
    }
  }

  /** Frees files and timers, and gives the console back. */
  close(): void {
    clearInterval(this.#watching)
    this.#restoreConsole?.()
    this.#restoreConsole = undefined
    for (const appender of this.#appenders.splice(0)) appender.close()
  }

  #applyLevels({ levels = {}, replaceConsole: replaces = false }: LoggingConfig): void {
    for (const [category, level] of Object.entries(levels)) {
      const threshold = thresholdOf(level)
      if (threshold === undefined) continue
      if (category === '[all]') this.#threshold = threshold
      else this.#thresholds.set(category, threshold)
    }
    this.#restoreConsole?.()
    this.#restoreConsole = replaces ? replaceConsole(this.getLogger('console')) : undefined
  }
}

/** What of a log4js.json counts. */
interface LoggingConfig {
  readonly appenders?: readonly AppenderConfig[]
  readonly levels?: Readonly<Record<string, unknown>>
  readonly replaceConsole?: boolean
  readonly lineDebug?: boolean
  readonly rawMessage?: boolean
  /** How often, in seconds, the file is looked at for other levels. */
  readonly reloadSecs?: number
}

const consoleAppender: Appender = {
  write: (event) => process.stdout.write(`${colouredLayout(event)}\n`),
  close: () => undefined,
}

function openAppender(config: AppenderConfig): Appender[] {
  try {
    return [createAppender(config)]
  } catch (error) {
    process.stderr.write(`log4js.json: ${inspect(config)} is left out: ${(error as Error).message}\n`)
    return []
  }
}

function prefixed(prefixes: readonly string[], data: readonly unknown[]): readonly unknown[] {
  const [first, ...rest] = data
  const prefix = process.env['RAW_MESSAGE'] ? '' : prefixes.map((each) => `[${each}] `).join('')
  const line = process.env['LOGGER_LINE'] ? `${callerLine()}: ` : ''
  return prefix + line === ''
    ? data
    : [`${line}${prefix}${typeof first === 'string' ? first : inspect(first)}`, ...rest]
}

function callerLine(): string {
  const caller = (new Error().stack ?? '').split('\n')[4] ?? ''
  return /:(\d+):\d+\)?$/.exec(caller)?.[1] ?? '?'
}
