import type { Level } from './levels.ts'
import type { PlaceholderValues } from './placeholders.ts'

/** The logger of one category, as `pomelo-logger` gives it. */
export type Logger = Readonly<Record<Level | 'log', (...data: unknown[]) => void>>

/** What makes loggers: this package's own, or the `pomelo-logger` that an application has installed itself. */
export interface LoggerFactory {
  getLogger(category: string, ...prefixes: string[]): Logger
  configure(config: string | object, opts: PlaceholderValues): void
}
