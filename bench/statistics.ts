/** Returns the median; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = (sorted.length - 1) / 2
  return (sorted[Math.floor(half)]! + sorted[Math.ceil(half)]!) / 2
}

/**
 * Returns between which two of the values the median lies of all that could be measured, in 19 of 20 cases: it needs
 * no more than that the values were measured alike and apart. Of under six values it says less.
 */
export function middle(values: readonly number[]): readonly [least: number, most: number] {
  const sorted = values.toSorted((a, b) => a - b)
  // as many heads as n coins do not show fewer of: the binomial distribution, about
  const below = Math.max(0, Math.floor((sorted.length - 1.96 * Math.sqrt(sorted.length)) / 2))
  return [sorted[below]!, sorted[sorted.length - 1 - below]!]
}

/** Returns `+4 %`, `−12 %`. */
export function signed(share: number): string {
  return `${share < 0 ? '−' : '+'}${Math.abs(Math.round(share * 100))} %`
}
