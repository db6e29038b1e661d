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
  #all: readonly ServerInfo[] | undefined

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

  /** The same array until it changes. */
  all(): readonly ServerInfo[] {
    this.#all ??= Array.from(this, ({ server }) => server)
    return this.#all
  }

  [Symbol.iterator](): IterableIterator<Member> {
    return this.#byId.values()
  }

  add(member: Member): void {
    const { server } = member
    const others = this.ofType(server.type)
    const place = others.findIndex(({ id }) => id > server.id)
    this.#byId.set(server.id, member)
    this.#byType.set(server.type, others.toSpliced(place < 0 ? others.length : place, 0, server))
    this.#all = undefined
  }

  remove({ id, type }: ServerInfo): void {
    const others = this.ofType(type).filter((server) => server.id !== id)
    this.#byId.delete(id)
    this.#byType.set(type, others)
    this.#all = undefined
  }
}

const none: readonly ServerInfo[] = []
