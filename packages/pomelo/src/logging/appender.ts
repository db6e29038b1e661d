import { resolve } from 'node:path'
import { basicLayout, colouredLayout, createLayout, toLocalTime } from './layout.ts'
import type { Layout, LogEvent } from './layout.ts'
import { severityOf, thresholdOf } from './levels.ts'
import { RollingFile } from './rolling-file.ts'

/** Where lines go: an entry of `appenders` in log4js.json. */
export interface Appender {
  write(event: LogEvent): void
  close(): void
}

export type AppenderConfig = Readonly<Record<string, unknown>>

/**
 * Returns the appender that log4js.json asks for, limited to its `category`.
 * @throws {Error} there is no such type, or its file cannot be opened.
 */
export function createAppender(config: AppenderConfig): Appender {
  const appender = create(config)
  const { category } = config
  if (category === undefined) return appender
  const categories = new Set((Array.isArray(category) ? category : [category]).map(String))
  return {
    write: (event) => {
      if (categories.has(event.category)) appender.write(event)
    },
    close: () => appender.close(),
  }
}

function create(config: AppenderConfig): Appender {
  switch (config['type']) {
    case 'console':
    case 'stdout':
      return consoleAppender(createLayout(config['layout'], colouredLayout))
    case 'file':
      return fileAppender(config, createLayout(config['layout'], basicLayout))
    case 'dateFile':
      return dateFileAppender(config, createLayout(config['layout'], basicLayout))
    case 'logLevelFilter':
      return levelAppender(config)
    default:
      throw new Error(
        `no appender of type ${String(config['type'])}: there are console, file, dateFile, logLevelFilter`,
      )
  }
}

function consoleAppender(layout: Layout): Appender {
  return { write: (event) => process.stdout.write(`${layout(event)}\n`), close: () => undefined }
}

function fileAppender({ filename, maxLogSize, backups }: AppenderConfig, layout: Layout): Appender {
  const file = new RollingFile({
    path: resolve(String(filename)),
    ...(typeof maxLogSize === 'number' && maxLogSize > 0 && { maxBytes: maxLogSize }),
    ...(typeof backups === 'number' && { backups }),
  })
  return { write: (event) => file.write(`${layout(event)}\n`), close: () => file.close() }
}

/** One file a day, or for each other `pattern` of the date: `-yyyy-MM-dd`. */
function dateFileAppender({ filename, pattern }: AppenderConfig, layout: Layout): Appender {
  const suffix = typeof pattern === 'string' ? pattern : '.yyyy-MM-dd'
  let name = ''
  let file: RollingFile | undefined
  return {
    write(event) {
      const wanted = resolve(String(filename) + fillDate(suffix, event.date))
      if (file === undefined || wanted !== name) {
        file?.close()
        file = openDated(wanted)
        name = wanted
      }
      file?.write(`${layout(event)}\n`)
    },
    close: () => file?.close(),
  }
}

/** The line that begins a day is lost if its file cannot be opened; the application goes on, and the next line tries again. */
function openDated(path: string): RollingFile | undefined {
  try {
    return new RollingFile({ path })
  } catch (error) {
    process.stderr.write(`${path}: a line is lost: ${String(error)}\n`)
    return undefined
  }
}

function fillDate(pattern: string, date: Date): string {
  const [year = '', month = '', day = '', hour = '', minute = ''] = toLocalTime(date).split(/[- :.]/)
  return pattern
    .replace('yyyy', year)
    .replace('yy', year.slice(2))
    .replace('MM', month)
    .replace('dd', day)
    .replace('hh', hour)
    .replace('mm', minute)
}

function levelAppender({ level, appender }: AppenderConfig): Appender {
  const inner = createAppender(appender as AppenderConfig)
  const threshold = thresholdOf(level) ?? 0
  return {
    write: (event) => {
      if (severityOf(event.level) >= threshold) inner.write(event)
    },
    close: () => inner.close(),
  }
}
