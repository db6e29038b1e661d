/** Returns which of `known` was meant by `name`, as a hint that completes "expected …". */
export function nearest(name: string, known: readonly string[]): string {
  const ranked = known.map((candidate) => ({ candidate, edits: edits(name, candidate) }))
  const best = ranked.sort((a, b) => a.edits - b.edits)[0]
  if (best && best.edits <= best.candidate.length / 3) return `"${best.candidate}"`
  return `one of ${known.join(', ')}`
}

/** Returns how many letters must be typed, dropped or replaced to make `to` of `from` (Levenshtein's distance). */
function edits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (const [index, letter] of [...from.toLowerCase()].entries()) {
    const next = [index + 1]
    for (let column = 0; column < to.length; column++) {
      const replaced = at(row, column) + (to[column]?.toLowerCase() === letter ? 0 : 1)
      next.push(Math.min(replaced, at(row, column + 1) + 1, at(next, column) + 1))
    }
    row = next
  }
  return at(row, to.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity
}
