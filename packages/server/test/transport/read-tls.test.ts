import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { readTls } from '../../src/transport/read-tls.ts'
import { writeApplication } from '../fixtures/application-files.ts'
import { testKeys } from '../fixtures/tls.ts'

test('a key and a certificate may be files of the application, or texts', async () => {
  await using files = await writeApplication({ 'config/key.pem': testKeys.key, 'ca.pem': testKeys.cert })

  const fromFiles = await readTls(files.directory, {
    key: 'config/key.pem',
    cert: testKeys.cert,
    ca: join(files.directory, 'ca.pem'),
    passphrase: 'secret',
  })

  assert.deepEqual(fromFiles, { ...testKeys, ca: testKeys.cert, passphrase: 'secret' })
})

test('a file that is not there is named', async () => {
  await using files = await writeApplication({})

  await assert.rejects(readTls(files.directory, { key: 'key.pem', cert: testKeys.cert }), {
    name: 'SetupError',
    message: `ssl.key: cannot read ${join(files.directory, 'key.pem')}`,
  })
})
