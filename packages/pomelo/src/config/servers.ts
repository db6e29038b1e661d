/** A server as Pomelo's applications know it: the keys of its entry in servers.json, or of its command line. */
export interface PomeloServer {
  id: string
  serverType: string
  host?: string
  port?: number | string
  clientPort?: number | string
  /** `true` in servers.json, `'true'` once it came over a command line. */
  frontend?: boolean | string
  [key: string]: unknown
}

/**
 * Returns the servers of the section of a servers.json, by id. Entries with `clusterCount` are expanded; each gets its
 * `serverType`. Of two with one id the later counts.
 */
export function expandServers(section: unknown): Record<string, PomeloServer> {
  const servers: Record<string, PomeloServer> = {}
  if (typeof section !== 'object' || section === null) return servers
  for (const [serverType, entries] of Object.entries(section)) {
    if (!Array.isArray(entries)) continue
    let counted = 0
    for (const entry of entries as Record<string, unknown>[]) {
      entry['serverType'] = serverType
      const block = entry['clusterCount'] ? expandCluster(entry, counted) : [entry as PomeloServer]
      if (entry['clusterCount']) counted += block.length
      for (const server of block) servers[server.id] = server
    }
  }
  return servers
}

/** Returns the servers of one entry with `clusterCount`: `"3050++"` is 3050 in the first, 3051 in the next. */
export function expandCluster(entry: Readonly<Record<string, unknown>>, first: number): PomeloServer[] {
  const { clusterCount, ...fields } = entry
  return Array.from({ length: Math.max(0, Math.floor(Number(clusterCount))) || 0 }, (_, index) => ({
    ...Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, count(value, index)])),
    id: `cluster-server-${String(entry['serverType'])}-${first + index}`,
    serverType: String(entry['serverType']),
  }))
}

function count(value: unknown, index: number): unknown {
  const start = typeof value === 'string' ? /^(\d+)\+\+$/.exec(value)?.[1] : undefined
  return start === undefined ? value : Number(start) + index
}

/** Whether clients connect to a server: the text counts as the value does. */
export function isFrontend(server: { readonly frontend?: unknown }): boolean {
  return server.frontend === true || server.frontend === 'true'
}
