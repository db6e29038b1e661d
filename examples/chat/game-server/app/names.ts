import { ServerError } from 'shaddock'

/** Letters, digits, `_` and CJK, 1 to 20 characters: `*` parts a name from its room. */
const legalName = /^[\p{L}\p{N}_]{1,20}$/u

/** @throws {ServerError} `BAD_MESSAGE`: the name of a user or a room is not a legal one. */
export function checkName(what: 'name' | 'room', name: unknown): string {
  if (typeof name !== 'string' || !legalName.test(name)) {
    throw new ServerError('BAD_MESSAGE', `a ${what} has 1 to 20 letters, digits or _`)
  }
  return name
}

/** What the page explains when somebody in the room has that name. */
export function nameTaken(name: string, room: string): ServerError {
  return new ServerError('DENIED', `${name} is in ${room} already`, { reply: { code: 500, error: true } })
}
