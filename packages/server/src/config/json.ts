import { SetupError } from '../errors.ts'

/**
 * Parses the text of a file, as `require` would: a byte order mark is skipped.
 * @throws {SetupError} the text is not JSON; the message has line and column.
 */
export function parseJson(text: string, file: string): unknown {
  const source = text.replace(/^\uFEFF/, '')
  const fault = faultOf(source)
  if (fault === undefined) return JSON.parse(source)
  const before = source.slice(0, offsetOf(source, fault)).split('\n')
  const column = (before.at(-1) ?? '').length + 1
  throw new SetupError(
    `${file}: malformed JSON at line ${before.length}, column ${column}: ${reasonOf(fault)}`,
  )
}

/** Returns what the engine says of a text that is not JSON. */
function faultOf(source: string): string | undefined {
  try {
    JSON.parse(source)
    return undefined
  } catch (error) {
    return String(error).replace(/^SyntaxError: /, '')
  }
}

function offsetOf(source: string, fault: string): number {
  const position = / at position (\d+)/.exec(fault)?.[1]
  if (position !== undefined) return Number(position)
  if (!isUnexpectedToken(fault)) return source.length
  // the engine names that token but not its place: it ends the shortest beginning with the same fault
  let [least, most] = [1, source.length]
  while (least < most) {
    const middle = (least + most) >> 1
    if (isUnexpectedToken(faultOf(source.slice(0, middle)))) most = middle
    else least = middle + 1
  }
  return most - 1
}

function isUnexpectedToken(fault: string | undefined): boolean {
  return fault?.startsWith('Unexpected token') ?? false
}

/** Returns the engine's words without its own place and excerpt, on one line. */
function reasonOf(fault: string): string {
  const reason = fault.replace(/( in JSON)? at position [^]*|, (\.\.\.)?"[^]*/, '')
  return reason.replace(/\s/g, ' ').replace(/^./, (letter) => letter.toLowerCase())
}
