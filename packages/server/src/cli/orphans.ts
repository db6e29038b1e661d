/** A server whose master is gone. */
export interface Orphan {
  readonly id: string
  readonly pid: number
}

/** Returns `chat-1 (pid 123), chat-2 (pid 124)`. */
export function listOrphans(orphans: readonly Orphan[]): string {
  return orphans
    .map(({ id, pid }) => `${id} (pid ${pid})`)
    .sort()
    .join(', ')
}
