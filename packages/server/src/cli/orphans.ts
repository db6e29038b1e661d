import type { ServerInfo } from '../server-info.ts'

/** Says that servers go on without their master. */
export function describeOrphans(orphans: readonly ServerInfo[]): string {
  const servers = orphans.map(({ id, pid }) => `${id} (pid ${pid})`).sort()
  return `the master is gone, and these go on without it: ${servers.join(', ')}`
}
