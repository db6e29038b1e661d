const hues = 15

/** Returns the hue, in degrees, that always belongs to `name`: one of 15, so that two are easy to tell apart, or equal. */
export function hueOf(name: string): number {
  let hash = 0
  for (const character of name) {
    // by 2^32 over the golden ratio: the high bits of names that differ in one letter lie far apart
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x9e3779b1)
  }
  return Math.floor(((hash >>> 0) / 2 ** 32) * hues) * (360 / hues)
}
