/** A user's uid says who it is and in which room: the same name may be in two rooms. */
export function uidOf(name: string, room: string): string {
  return `${name}*${room}`
}

export function nameOf(uid: string): string {
  return uid.slice(0, uid.indexOf('*'))
}
