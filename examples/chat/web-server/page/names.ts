/** The most characters that a name, of a person or of a room, may have. The servers check the same. */
const maxNameLength = 20

const allowed = /^[\p{L}\p{N}_]+$/u

/** Returns what is wrong with a name of a person or a room, or undefined when it is fine. */
export function nameProblem(name: string): string | undefined {
  if (name === '') return 'Fill this in.'
  if ([...name].length > maxNameLength) return `At most ${maxNameLength} characters.`
  if (!allowed.test(name)) return 'Letters, digits and _ only.'
  return undefined
}
