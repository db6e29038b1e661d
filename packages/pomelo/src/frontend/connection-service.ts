import type { Uid } from '../session/session.ts'

/** How many clients a frontend has, and who of them is bound: `app.components.__connection__`. */
export class ConnectionService {
  readonly name = '__connection__'
  readonly serverId: string
  readonly #logined = new Map<string, Record<string, unknown>>()
  #count = 0

  constructor(serverId: string) {
    this.serverId = serverId
  }

  addLoginedUser(uid: Uid, info: Record<string, unknown>): void {
    this.#logined.set(String(uid), { ...info, uid })
  }

  updateUserInfo(uid: Uid, info: Record<string, unknown>): void {
    const known = this.#logined.get(String(uid))
    if (known !== undefined) Object.assign(known, info)
  }

  removeLoginedUser(uid: Uid): void {
    this.#logined.delete(String(uid))
  }

  increaseConnectionCount(): void {
    this.#count++
  }

  decreaseConnectionCount(uid?: Uid): void {
    if (this.#count > 0) this.#count--
    if (uid !== undefined) this.removeLoginedUser(uid)
  }

  getStatisticsInfo(): Record<string, unknown> {
    return {
      serverId: this.serverId,
      totalConnCount: this.#count,
      loginedCount: this.#logined.size,
      loginedList: [...this.#logined.values()],
    }
  }
}
