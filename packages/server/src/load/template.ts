import { LoadError } from './load-error.ts'
import { noTimestamp } from './timestamp.ts'

/** What a message's placeholders stand for. */
export interface TemplateValues {
  /** The client's number: no other in the run has it. */
  readonly n: number
  readonly room: number
  /** A word that no other run has, so that names can be new each time. */
  readonly run: string
}

/**
 * Returns a message as JSON. In its strings, `{n}`, `{room}` and `{run}` stand for the client's values, `{pad:40}` for
 * forty letters, and `{t}` for the time of sending, which is written when it is known.
 * @throws {LoadError} a placeholder is none of these.
 */
export function renderMessage(message: unknown, values: TemplateValues): Buffer {
  const text = JSON.stringify(message, (_, value: unknown) =>
    typeof value === 'string' ? renderText(value, values) : value,
  )
  return Buffer.from(text)
}

function renderText(text: string, { n, room, run }: TemplateValues): string {
  return text.replace(/\{(\w+)(?::(\d{1,5}))?\}/g, (placeholder, name: string, size?: string) => {
    if (name === 'pad' && size !== undefined) return 'x'.repeat(Number(size))
    if (name === 'n') return String(n)
    if (name === 'room') return String(room)
    if (name === 'run') return run
    if (name === 't') return noTimestamp
    throw new LoadError(`unknown placeholder ${placeholder}: there are {n}, {room}, {run}, {t} and {pad:40}`)
  })
}
