import type { Logger } from './logger.ts'

/** Sends what the application prints with `console` through `logger`. Returns the undo. */
export function replaceConsole(logger: Logger): () => void {
  const target = console as unknown as Record<string, unknown>
  const own = { ...methods(target) }
  for (const [method, level] of Object.entries(levelOf)) target[method] = logger[level]
  return () => Object.assign(target, own)
}

const levelOf = { log: 'info', debug: 'debug', info: 'info', warn: 'warn', error: 'error' } as const

function methods(target: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.keys(levelOf).map((method) => [method, target[method]]))
}
