import { hostname } from 'node:os'
import { format } from 'node:util'
import type { Level } from './levels.ts'

/** One line on its way to the appenders. */
export interface LogEvent {
  readonly category: string
  readonly level: Level
  readonly date: Date
  /** As for `console.log`: a format and what goes into it, or anything. */
  readonly data: readonly unknown[]
}

/** Makes the text of a line, without the line break. */
export type Layout = (event: LogEvent) => string

/** Returns the layout that an appender of log4js.json asks for: `{ "type": "basic" }`. */
export function createLayout(config: unknown, byDefault: Layout): Layout {
  if (typeof config !== 'object' || config === null) return byDefault
  const { type, pattern } = config as { type?: unknown; pattern?: unknown }
  if (type === 'pattern') return patternLayout(typeof pattern === 'string' ? pattern : '%m')
  return layouts.get(String(type)) ?? byDefault
}

/** `[2014-01-31 12:00:00.000] [INFO] con-log - text` */
export function basicLayout(event: LogEvent): string {
  return `${head(event)}${format(...event.data)}`
}

export function colouredLayout(event: LogEvent): string {
  return `${coloured(head(event), event.level)}${format(...event.data)}`
}

const layouts = new Map<string, Layout>([
  ['basic', basicLayout],
  ['colored', colouredLayout],
  ['coloured', colouredLayout],
  ['messagePassThrough', ({ data }) => format(...data)],
])

function head({ date, level, category }: LogEvent): string {
  return `[${toLocalTime(date)}] [${level.toUpperCase()}] ${category} - `
}

/** `%d{…}` always writes the date in one form; `%x` tokens, which are functions, cannot stand in a file. */
function patternLayout(pattern: string): Layout {
  return (event) =>
    pattern.replace(
      /%(-?\d+)?([[\]cdhmnprz%])(?:\{([^}]*)\})?/g,
      (_, width: string | undefined, token: string, option: string | undefined) =>
        padded(fill(token, event, option), Number(width ?? 0)),
    )
}

function fill(token: string, event: LogEvent, option: string | undefined): string {
  const { category, date, data, level } = event
  switch (token) {
    case 'c':
      return option === undefined ? category : category.split('.').slice(-Number(option)).join('.')
    case 'd':
      return option === 'ISO8601_WITH_TZ_OFFSET' ? date.toISOString() : toLocalTime(date)
    case 'h':
      return hostname()
    case 'm':
      return format(...data)
    case 'n':
      return '\n'
    case 'p':
      return level.toUpperCase()
    case 'r':
      return date.toTimeString().slice(0, 8)
    case 'z':
      return String(process.pid)
    case '[':
      return `\u001b[${colours[level]}m`
    case ']':
      return '\u001b[39m'
    default:
      return '%'
  }
}

function padded(text: string, width: number): string {
  return width < 0 ? text.padEnd(-width) : text.padStart(width)
}

const colours: Readonly<Record<Level, number>> = {
  trace: 34,
  debug: 36,
  info: 32,
  warn: 33,
  error: 31,
  fatal: 35,
}

function coloured(text: string, level: Level): string {
  return `\u001b[${colours[level]}m${text}\u001b[39m`
}

/** Returns `2014-01-31 12:00:00.000`, in local time. */
export function toLocalTime(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
  return `${day} ${time}.${String(date.getMilliseconds()).padStart(3, '0')}`
}
