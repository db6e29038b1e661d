/** What only the process of an application may do: Pomelo's API ends processes, and signals end applications. */

export function exit(code: number): void {
  process.exit(code)
}

/** Calls `listener` when this process is asked to end. */
export function onSignal(listener: (signal: NodeJS.Signals) => void): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => listener(signal))
}

/** Goes on when nobody reads what is printed any more: a server must not end, nor spin, when its master has. */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
}

/** Tells the command that waits for it, if there is one, that this process has started. */
export function reportStarted(): void {
  // that nobody waits any more is no failure
  if (process.connected) process.send?.({ kind: 'started' }, () => undefined)
}
