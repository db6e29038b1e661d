/** What a line may be, the least severe first. Pomelo's loggers have a method for each. */
export const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const
export type Level = (typeof levels)[number]

/** Returns how severe a level of log4js.json is: its lines are written from there on. `OFF` writes none. */
export function thresholdOf(name: unknown): number | undefined {
  const word = String(name).toLowerCase()
  if (word === 'all') return 0
  if (word === 'off' || word === 'mark') return levels.length
  const index = levels.indexOf(word as Level)
  return index === -1 ? undefined : index
}

export function severityOf(level: Level): number {
  return levels.indexOf(level)
}
