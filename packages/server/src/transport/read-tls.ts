import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { SetupError } from '../errors.ts'
import type { TlsKeys } from './socket-server.ts'

/**
 * Reads what `ssl` names: a path from `directory` on, or the PEM text itself.
 * @throws {SetupError} a file cannot be read.
 */
export async function readTls(directory: string, ssl: TlsKeys): Promise<TlsKeys> {
  const { key, cert, ca, passphrase } = ssl
  const read = async (name: string, value: string) => {
    if (value.includes('-----BEGIN ')) return value
    try {
      return await readFile(resolve(directory, value), 'utf8')
    } catch (error) {
      throw new SetupError(`ssl.${name}: cannot read ${resolve(directory, value)}`, { cause: error })
    }
  }
  return {
    key: await read('key', key),
    cert: await read('cert', cert),
    ...(ca !== undefined && { ca: await read('ca', ca) }),
    ...(passphrase !== undefined && { passphrase }),
  }
}
