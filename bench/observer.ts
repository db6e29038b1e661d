import { describePeer, openLocalPeer } from '../packages/server/src/cli/peer.ts'
import type { Peer } from '../packages/server/src/cli/peer.ts'
import { runtimeFolderOf } from '../packages/server/src/cli/runtime-folder.ts'
import { encodeValue } from '../packages/server/src/cluster/values.ts'
import { silentLog } from '../packages/server/src/log.ts'
import type { ServerInfo } from '../packages/server/src/server-info.ts'
import { askStats } from '../packages/server/src/system/stats.ts'
import type { ServerStats } from '../packages/server/src/system/stats.ts'
import type { System } from './system.ts'

/** Looks at the servers of a Shaddock that runs, as one more process on their bus: a question costs them little. */
export class Observer implements AsyncDisposable {
  readonly #peer: Peer

  private constructor(peer: Peer) {
    this.#peer = peer
  }

  static async open({ directory }: System): Promise<Observer> {
    const folder = runtimeFolderOf(directory)
    const self = describePeer('observer', 'observer')
    return new Observer(await openLocalPeer({ folder, self, log: silentLog }))
  }

  /** All processes of the application, the master among them. */
  processes(): readonly ServerInfo[] {
    return this.#peer.membership.all().toSorted((a, b) => (a.id < b.id ? -1 : 1))
  }

  servers(): readonly ServerInfo[] {
    return this.processes().filter(({ type }) => type !== 'master')
  }

  /** @throws {Error} no such server is there. */
  server(id: string): ServerInfo {
    const server = this.#peer.membership.find(id)
    if (!server) throw new Error(`${id} does not run`)
    return server
  }

  /** @throws {ServerError} it does not answer. */
  stats(server: ServerInfo): Promise<ServerStats> {
    return askStats(this.#peer.rpc, server, patienceMs)
  }

  /** Returns how all servers are doing, by id. */
  async allStats(): Promise<Map<string, ServerStats>> {
    const entries = this.servers().map(async (server) => [server.id, await this.stats(server)] as const)
    return new Map(await Promise.all(entries))
  }

  /** Lets every server of the hall, started with `--expose-gc`, free what nobody holds. */
  async collectGarbage(): Promise<void> {
    const ask = ({ type }: ServerInfo) => `${type}.garbage.collect`
    const call = (server: ServerInfo) =>
      this.#peer.rpc.call(server, ask(server), encodeValue([]), Date.now() + patienceMs)
    await Promise.all(this.servers().map(call))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#peer.close()
  }
}

const patienceMs = 10_000
