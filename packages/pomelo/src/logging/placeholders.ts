/** What `${opts:…}` of a log4js.json stands for. */
export type PlaceholderValues = Readonly<Record<string, unknown>>

/** Returns a config whose texts have their placeholders filled: `${opts:serverId}`, `${env:HOME}`, `${args:2}`, `${opts:x:default}`. */
export function fillPlaceholders(value: unknown, opts: PlaceholderValues): unknown {
  if (typeof value === 'string') return fillText(value, opts)
  if (Array.isArray(value)) return value.map((each) => fillPlaceholders(each, opts))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fillPlaceholders(each, opts)]))
}

function fillText(text: string, opts: PlaceholderValues): string {
  return text.replace(
    /\$\{(env|args|opts):([^:}]*)(?::([^}]*))?\}/g,
    (_, scope: string, name: string, byDefault?: string) => {
      const value = scopes[scope as keyof typeof scopes](name, opts)
      return String(value || byDefault)
    },
  )
}

const scopes = {
  env: (name: string) => process.env[name],
  args: (index: string) => process.argv[Number(index)],
  opts: (name: string, opts: PlaceholderValues) => opts[name],
}
