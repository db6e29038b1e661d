import { statSync } from 'node:fs'

/**
 * Calls `onChange` when a file has been saved, by whatever way: many editors put another one in its place. Where it
 * throws, the file is half written, and the next look calls it again.
 */
export function watchFile(path: string, intervalMs: number, onChange: () => void): NodeJS.Timeout {
  let seenAt = modifiedAt(path)
  const look = () => {
    const at = modifiedAt(path)
    if (at === undefined || at === seenAt) return
    seenAt = at
    try {
      onChange()
    } catch {
      // it is being written: the next look finds it whole
      seenAt = undefined
    }
  }
  return setInterval(look, intervalMs).unref()
}

function modifiedAt(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs
}
