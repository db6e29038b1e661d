/** Where values stand on an axis. */
export interface Scale {
  readonly ticks: readonly number[]
  place(value: number): number
}

type Range = readonly [from: number, to: number]

/** Returns a scale from zero to a round number that holds all values. */
export function linearScale(values: readonly number[], [from, to]: Range): Scale {
  const largest = Math.max(...values, 0) || 1
  const step = roundStep(largest / 4)
  // the axis of time ends with the time, others at a round number
  const steps = Math.ceil(largest / step - 1e-9)
  const end = from < to ? largest : steps * step
  const ticks = Array.from({ length: Math.floor(end / step + 1e-9) + 1 }, (_, index) =>
    Number((index * step).toPrecision(12)),
  )
  return { ticks, place: (value) => from + (value / end) * (to - from) }
}

/** Returns a logarithmic scale over the powers of ten around all values, which are positive. */
export function logScale(values: readonly number[], [from, to]: Range): Scale {
  const positive = values.filter((value) => value > 0)
  const least = Math.floor(Math.log10(Math.min(...positive, 1)))
  const most = Math.max(least + 1, Math.ceil(Math.log10(Math.max(...positive, 1))))
  const ticks = Array.from({ length: most - least + 1 }, (_, index) => Number(`1e${least + index}`))
  const place = (value: number) =>
    from + ((Math.log10(Math.max(value, 10 ** least)) - least) / (most - least)) * (to - from)
  return { ticks, place }
}

/** Returns the nearest of 1, 2, 5, 10, 20 … that is no smaller. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step))
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= step - 1e-12) ?? 10
  return factor * power
}
