/** Whether what a client sent is the name of a person or a room: 1 to 20 letters, digits or `_`. */
export function isName(name: unknown): boolean {
  return typeof name === 'string' && /^[\p{L}\p{N}_]{1,20}$/u.test(name)
}

/** A uid says who it is and in which room: one name may be in two rooms. */
export function uidOf(name: string, room: string): string {
  return `${name}*${room}`
}

export function nameOf(uid: string): string {
  return uid.slice(0, uid.indexOf('*'))
}
