import { getLogger } from '../log.ts'
import type { Uid } from '../session/session.ts'

/** Where an application keeps its channels: `channelConfig.store`. Keys hold sets of texts. */
export interface ChannelStore {
  add(key: string, value: string, callback: (error?: unknown) => void): void
  remove(key: string, value: string, callback: (error?: unknown) => void): void
  removeAll(key: string, callback: (error?: unknown) => void): void
  load(key: string, callback: (error: unknown, values?: unknown) => void): void
}

/** A member of a channel that was kept. Its uid has become a text. */
export interface StoredMember {
  readonly channel: string
  readonly uid: string
  readonly sid: string
}

const logger = getLogger('pomelo', 'channel')

/** One server's channels in a store. `<prefix>:<server>` holds the keys of its channels, each of those its members. */
export class StoredChannels {
  readonly #store: ChannelStore
  readonly #root: string

  constructor(store: ChannelStore, prefix: string, serverId: string) {
    this.#store = store
    this.#root = `${prefix}:${serverId}`
  }

  create(channel: string): void {
    this.#store.add(this.#root, this.#keyOf(channel), report('add', channel))
  }

  destroy(channel: string): void {
    this.#store.remove(this.#root, this.#keyOf(channel), report('remove', channel))
    this.#store.removeAll(this.#keyOf(channel), report('remove all of', channel))
  }

  add(channel: string, uid: Uid, sid: string): void {
    this.#store.add(this.#keyOf(channel), `${sid}:${uid}`, report('add a member to', channel))
  }

  leave(channel: string, uid: Uid, sid: string): void {
    this.#store.remove(this.#keyOf(channel), `${sid}:${uid}`, report('remove a member from', channel))
  }

  /** Resolves with the names of the channels, and their members. @throws what the store calls back with. */
  async load(): Promise<{ channels: string[]; members: StoredMember[] }> {
    const keys = await this.#load(this.#root)
    const channels = keys.map((key) => key.slice(this.#root.length + 1))
    const members = await Promise.all(
      channels.map(async (channel) => {
        const values = await this.#load(this.#keyOf(channel))
        return values.map((value) => ({
          channel,
          sid: value.slice(0, value.indexOf(':')),
          uid: value.slice(value.indexOf(':') + 1),
        }))
      }),
    )
    return { channels, members: members.flat() }
  }

  #keyOf(channel: string): string {
    return `${this.#root}:${channel}`
  }

  #load(key: string): Promise<string[]> {
    return new Promise((resolve, reject) => {
      this.#store.load(key, (error, values) => {
        if (error) reject(error instanceof Error ? error : new Error(String(error)))
        else resolve(Array.isArray(values) ? values.map(String) : [])
      })
    })
  }
}

function report(what: string, channel: string): (error?: unknown) => void {
  return (error) => {
    if (error) logger.error('the store could not %s %s: %s', what, channel, error)
  }
}
