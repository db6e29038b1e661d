/** Returns `0.84 ms`, `3.1 ms`, `83 ms`, `1.2 s`. */
export function formatLatency(ms: number): string {
  if (ms >= 1_000) return `${(ms / 1_000).toPrecision(3)} s`
  return `${ms >= 100 ? Math.round(ms) : ms.toPrecision(2)} ms`
}

/** Returns `0.79 µs`, `11.1 µs`, `1,234 µs`. */
export function formatMicroseconds(us: number): string {
  return `${us < 100 ? us.toPrecision(3) : formatNumber(us)} µs`
}

/** Returns `12,345` or, where a whole number says too little, `3.4`. */
export function formatNumber(value: number): string {
  const places = value !== 0 && Math.abs(value) < 10 ? 1 : 0
  return value.toLocaleString('en', { maximumFractionDigits: places })
}

export function formatMebibytes(bytes: number): string {
  return `${formatNumber(bytes / 1_048_576)} MiB`
}

/** Returns `38 %`. */
export function formatShare(share: number): string {
  return `${Math.round(share * 100)} %`
}

/** Returns a sum of counts. */
export function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}
