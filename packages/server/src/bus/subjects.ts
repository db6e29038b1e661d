import type { ServerAddress } from '../server-info.ts'

/** What the subjects of one application in one environment begin with where others share its NATS. */
export function clusterPrefix(application: string, environment: string): string {
  return `shaddock.${escape(application)}.${escape(environment)}.`
}

/** Where everybody hears who joins, lives and leaves. */
export const beatSubject = 'beat'

/** Where any one server that has joined says who is there. */
export const membersSubject = 'members'

/** By this the link to one server is watched, and tried. */
export function signSubject(server: ServerAddress): string {
  return `sign.${addressOf(server)}`
}

/** Where one server is called. */
export function callsSubject(server: ServerAddress): string {
  const known = callsSubjects.get(server)
  if (known !== undefined) return known
  const subject = `calls.${addressOf(server)}`
  callsSubjects.set(server, subject)
  return subject
}

/** Spelled once for each address: one is needed for every call. */
const callsSubjects = new WeakMap<ServerAddress, string>()

/** One frontend's inbox: who hears a channel, and what they hear, in the order in which each server says it. */
export function frontSubject(server: ServerAddress): string {
  return `front.${addressOf(server)}`
}

/** All frontends of a type. */
export function frontsSubject(type: string): string {
  return `fronts.${escape(type)}`
}

/** The name of one life of a server: what is meant for a dead one never reaches the one that took its id. */
export function addressOf(server: ServerAddress): string {
  return `${escape(server.id)}@${server.incarnation}`
}

/** Dots, blanks and wildcards part subjects, so an id must not carry them. */
function escape(name: string): string {
  return name.replace(/[^\p{L}\p{N}_-]/gu, (character) => `%${character.codePointAt(0)?.toString(16)}`)
}
