/** What a process holds open: how many of each kind. */
export type Resources = Record<string, number>

export function countResources(): Resources {
  const counts: Resources = {}
  for (const name of process.getActiveResourcesInfo()) counts[name] = (counts[name] ?? 0) + 1
  return counts
}
