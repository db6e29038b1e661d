import type { Watch } from '../bus/bus.ts'
import type { ServerAddress, ServerInfo } from '../server-info.ts'

/** A server that is there, as one server sees it. */
export interface Member {
  readonly server: ServerInfo
  heardAt: number
  /** Of the link to it. */
  readonly link: Watch
}

/** The servers that are there, by id and by type. */
export class MemberList {
  readonly #byId = new Map<string, Member>()
  readonly #byType = new Map<string, readonly ServerInfo[]>()

  get(id: string): Member | undefined {
    return this.#byId.get(id)
  }

  /** Whether this life of a server is there. */
  has({ id, incarnation }: ServerAddress): boolean {
    return this.#byId.get(id)?.server.incarnation === incarnation
  }

  /** In the order of their ids. The same array until it changes. */
  ofType(type: string): readonly ServerInfo[] {
    return this.#byType.get(type) ?? none
  }

  all(): readonly ServerInfo[] {
    return [...this].map((member) => member.server)
  }

  [Symbol.iterator](): IterableIterator<Member> {
    return this.#byId.values()
  }

  add(member: Member): void {
    this.#byId.set(member.server.id, member)
    this.#sort(member.server.type)
  }

  remove({ id, type }: ServerInfo): void {
    this.#byId.delete(id)
    this.#sort(type)
  }

  #sort(type: string): void {
    const servers = this.all().filter((server) => server.type === type)
    this.#byType.set(
      type,
      servers.sort((a, b) => (a.id < b.id ? -1 : 1)),
    )
  }
}

const none: readonly ServerInfo[] = []
