import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const chromiumNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** Returns the path of the browser that the tests drive, `$CHROMIUM` or the first in `$PATH`; undefined if there is none. */
export function findChromium() {
  return find(process.env.CHROMIUM, chromiumNames)
}

/** Returns the path of the NATS server that the tests start, `$NATS_SERVER` or the one in `$PATH`; undefined if there is none. */
export function findNatsServer() {
  return find(process.env.NATS_SERVER, ['nats-server'])
}

/** Returns the path of the command that filters packets, `$NFT` or the one in `$PATH`; undefined if there is none. */
export function findNft() {
  return find(process.env.NFT, ['nft'])
}

function find(chosen, names) {
  const candidates = chosen ? [chosen] : names.flatMap((name) => folders().map((dir) => join(dir, name)))
  return candidates.find(isExecutable)
}

/** Those of `$PATH`, and their siblings: Debian has servers in sbin, where only root looks. */
function folders() {
  const dirs = (process.env.PATH ?? '').split(delimiter)
  return [...dirs, ...dirs.filter((dir) => dir.endsWith('/bin')).map((dir) => dir.replace(/bin$/, 'sbin'))]
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
