import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** Returns the path of the browser that the tests drive, `$CHROMIUM` or the first in `$PATH`; undefined if there is none. */
export function findChromium() {
  const { CHROMIUM, PATH = '' } = process.env
  const candidates = CHROMIUM
    ? [CHROMIUM]
    : names.flatMap((name) => PATH.split(delimiter).map((dir) => join(dir, name)))
  return candidates.find(isExecutable)
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
