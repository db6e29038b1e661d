/** Text that is HTML already. */
export interface Markup {
  readonly html: string
}

/** Returns HTML in which every value is escaped, unless it is markup itself. Arrays are joined. */
export function markup(parts: TemplateStringsArray, ...values: readonly unknown[]): Markup {
  const html = parts.map((part, at) => part + (at < values.length ? toHtml(values[at]) : '')).join('')
  return { html }
}

function toHtml(value: unknown): string {
  if (Array.isArray(value)) return value.map(toHtml).join('')
  if (isMarkup(value)) return value.html
  return String(value).replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)
}

function isMarkup(value: unknown): value is Markup {
  return typeof value === 'object' && value !== null && 'html' in value
}
