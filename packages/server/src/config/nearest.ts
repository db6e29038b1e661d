/** Returns which of `known` was meant by `name`, as a hint that completes "expected …". */
export function nearest(name: string, known: readonly string[]): string {
  const meant = closest(name, known)
  return meant === undefined ? `one of ${known.join(', ')}` : `"${meant}"`
}

/** Returns which of `known` differs from `name` by a slip of the pen, if one does: in a third of its letters at most. */
export function closest(name: string, known: readonly string[], maxSlips = Infinity): string | undefined {
  const ranked = known.map((candidate) => ({ candidate, slips: slips(name, candidate) }))
  const best = ranked.sort((a, b) => a.slips - b.slips)[0]
  return best && best.slips <= Math.min(maxSlips, best.candidate.length / 3) ? best.candidate : undefined
}

/**
 * Returns how many letters must be typed, dropped, replaced or swapped with the next to make `to` of `from`, in
 * whichever case (the distance of Damerau and Levenshtein, no letter being touched twice).
 */
function slips(from: string, to: string): number {
  const [given, wanted] = [from.toLowerCase(), to.toLowerCase()]
  let before: readonly number[] = []
  let row: readonly number[] = Array.from({ length: wanted.length + 1 }, (_, column) => column)
  for (let line = 0; line < given.length; line++) {
    const next = [line + 1]
    for (let column = 0; column < wanted.length; column++) {
      const replaced = at(row, column) + (given[line] === wanted[column] ? 0 : 1)
      const isSwapped = given[line] === wanted[column - 1] && given[line - 1] === wanted[column]
      const swapped = isSwapped ? at(before, column - 1) + 1 : Infinity
      next.push(Math.min(replaced, swapped, at(row, column + 1) + 1, at(next, column) + 1))
    }
    ;[before, row] = [row, next]
  }
  return at(row, wanted.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity
}
