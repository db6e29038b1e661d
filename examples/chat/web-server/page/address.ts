/** Who enters which room, as far as it is known. */
export interface Entry {
  readonly name: string
  readonly room: string
}

/** Returns what the page's address says about who enters where: `?name=ada&room=lobby`. Untrusted input. */
export function entryOf(address: string): Entry {
  const { searchParams } = new URL(address)
  return { name: (searchParams.get('name') ?? '').trim(), room: (searchParams.get('room') ?? '').trim() }
}

/** Returns the page's address for `entry`; what is empty is left out. */
export function addressOf(address: string, entry: Entry): string {
  const url = new URL(address)
  url.search = new URLSearchParams(Object.entries(entry).filter(([, value]) => value !== '')).toString()
  url.hash = ''
  return url.href
}

/** Returns the address to share: the room without the name, so that the guest chooses one. */
export function invitationOf(address: string, room: string): string {
  return addressOf(address, { name: '', room })
}
