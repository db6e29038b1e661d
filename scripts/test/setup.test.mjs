import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { chown, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { run } from '../run.mjs'

const scripts = join(import.meta.dirname, '..')
const isRoot = process.getuid?.() === 0
const nobody = 65534

// what the real ones do to the folder, and a line for each call
const fakes = {
  npm: `/bin/mkdir -p node_modules/node/bin
    /bin/cp package-lock.json node_modules/.package-lock.json`,
  'apt-get': `bin=$(/usr/bin/dirname "$0")
    case "$*" in *install*chromium*) /bin/cp "$0" "$bin/chromium";; esac
    case "$*" in *install*nats-server*) /bin/mkdir -p "$bin/../sbin"; /bin/cp "$0" "$bin/../sbin/nats-server";; esac
    case "$*" in *install*nftables*) /bin/cp "$0" "$bin/nft";; esac`,
}

const lock = (version) => JSON.stringify({ packages: { '': {}, 'node_modules/node': { version } } })

test('a fresh clone is installed, in one line', async () => {
  await using clone = await createClone()

  const { code, output } = await clone.setUp()

  assert.equal(code, 0)
  assert.match(output, /^Installing the dependencies \(npm ci\) … \d+ s\n$/)
  assert.deepEqual(await clone.calls(), ['npm ci --include=dev --loglevel=error'])
})

test('a clone that is ready is left alone, silently', async () => {
  await using clone = await createClone()
  await clone.setUp()

  const { code, output } = await clone.setUp()

  assert.deepEqual({ code, output }, { code: 0, output: '' })
  assert.equal((await clone.calls()).length, 1)
})

test('a lock with another version than the installed is installed', async () => {
  await using clone = await createClone()
  await clone.setUp()
  await writeFile(join(clone.path, 'package-lock.json'), lock('2.0.0'))

  await clone.setUp()

  assert.equal((await clone.calls()).length, 2)
})

test('a package for other systems may be missing', async () => {
  await using clone = await createClone()
  await clone.setUp()
  const { packages } = JSON.parse(lock('1.0.0'))
  const other = { 'node_modules/other-system': { version: '1.0.0', optional: true } }
  await writeFile(
    join(clone.path, 'package-lock.json'),
    JSON.stringify({ packages: { ...packages, ...other } }),
  )

  await clone.setUp()

  assert.equal((await clone.calls()).length, 1)
})

test('several at once install once, and all wait for it', async () => {
  await using clone = await createClone()

  const results = await Promise.all([clone.setUp(), clone.setUp(), clone.setUp()])

  assert.deepEqual(
    results.map(({ code }) => code),
    [0, 0, 0],
  )
  assert.equal((await clone.calls()).length, 1)
})

test('a lock file whose process died holds nobody up', async () => {
  await using clone = await createClone()
  const { output: pid } = await run('sh', ['-c', 'echo $$'])
  await writeFile(join(clone.path, '.setup.lock'), pid)

  const { code } = await clone.setUp()

  assert.equal(code, 0)
  assert.equal((await clone.calls()).length, 1)
})

test('what npm prints is shown when it fails, and the lock is given back', async () => {
  await using clone = await createClone({ npm: 'echo no such package; exit 1' })

  const first = await clone.setUp()
  const second = await clone.setUp()

  assert.deepEqual(first, {
    code: 1,
    output: 'Installing the dependencies (npm ci) … failed\nno such package\n',
  })
  assert.deepEqual(second, first)
})

test('an npm that runs no install scripts is reported', async () => {
  await using clone = await createClone({
    npm: '/bin/mkdir node_modules; /bin/cp package-lock.json node_modules/.package-lock.json',
  })

  const { code, output } = await clone.setUp()

  assert.equal(code, 1)
  assert.match(output, /npm ci left node_modules incomplete/)
})

test('without --tests Chromium and nats-server are not looked for', async () => {
  await using clone = await createClone()
  await clone.setUp()

  assert.deepEqual(await clone.setUp([], { CHROMIUM: '/missing' }), { code: 0, output: '' })
})

test('a CHROMIUM or a NATS_SERVER that is not there is reported', async () => {
  await using clone = await createClone()
  await clone.setUp()

  for (const variable of ['CHROMIUM', 'NATS_SERVER']) {
    const { code, output } = await clone.setUp(['--tests'], { [variable]: '/missing' })

    assert.equal(code, 1)
    assert.equal(output, `${variable}=/missing is not an executable file\n`)
  }
})

const canInstall = isRoot && existsSync('/etc/debian_version')

test('root on Debian gets Chromium and nats-server', { skip: !canInstall }, async () => {
  await using clone = await createClone()
  await clone.setUp()

  const first = await clone.setUp(['--tests'])
  const second = await clone.setUp(['--tests'])

  assert.equal(first.code, 0)
  assert.match(first.output, /^Installing Chromium and nats-server for the tests \(apt-get\) … \d+ s\n$/)
  assert.deepEqual(second, { code: 0, output: '' })
})

test('root on Debian gets the one of them that is missing', { skip: !canInstall }, async () => {
  await using clone = await createClone()
  await clone.setUp()

  const { code, output } = await clone.setUp(['--tests'], { CHROMIUM: '/bin/sh' })

  assert.equal(code, 0)
  assert.match(output, /^Installing nats-server for the tests \(apt-get\) … \d+ s\n$/)
})

test('for the chaos root on Debian gets nft too, and no Chromium', { skip: !canInstall }, async () => {
  await using clone = await createClone()
  await clone.setUp()

  const first = await clone.setUp(['--chaos'])
  const second = await clone.setUp(['--chaos'])

  assert.equal(first.code, 0)
  assert.match(first.output, /^Installing nats-server and nft for the chaos \(apt-get\) … \d+ s\n$/)
  assert.deepEqual(second, { code: 0, output: '' })
})

test('the chaos may begin without its tools, with a word about them', async () => {
  await using clone = await createClone()
  await clone.setUp()
  await chown(clone.path, nobody, nobody)

  const { code, output } = await clone.setUp(['--chaos'], {}, isRoot ? { uid: nobody } : {})

  assert.equal(code, 0)
  assert.match(
    output,
    /^Some of the chaos needs nats-server and nft: install \(.+nats-server nftables\), or .+\n$/,
  )
})

test('the chaos does not begin without the dependencies', async () => {
  await using clone = await createClone({ npm: 'exit 1' })

  assert.equal((await clone.setUp(['--chaos'])).code, 1)
})

test('anybody else is told what to install', async () => {
  await using clone = await createClone()
  await clone.setUp()
  await chown(clone.path, nobody, nobody)

  const { code, output } = await clone.setUp(['--tests'], {}, isRoot ? { uid: nobody } : {})

  assert.equal(code, 1)
  assert.match(
    output,
    /^The tests need Chromium and nats-server: install \(.+chromium .+ nats-server\), or .+\n$/,
  )
})

/** Makes a folder with the scripts and a lock, and a `$PATH` with the fakes alone: no browser. */
async function createClone(changed = {}) {
  const path = await mkdtemp(join(tmpdir(), 'shaddock-setup-'))
  const bin = join(path, 'bin')
  const calls = join(path, 'calls')
  await mkdir(bin)
  await symlink('/bin/sh', join(bin, 'sh'))
  for (const [name, script] of Object.entries({ ...fakes, ...changed })) {
    await writeFile(join(bin, name), `#!/bin/sh\necho ${name} "$@" >> ${calls}\n${script}\n`, { mode: 0o755 })
  }
  await writeFile(join(path, 'package-lock.json'), lock('1.0.0'))
  await cp(scripts, join(path, 'scripts'), { recursive: true })

  return {
    path,
    setUp: (args = [], env = {}, options = {}) =>
      run(process.execPath, [join(path, 'scripts/setup.mjs'), ...args], {
        env: { PATH: bin, ...env },
        ...options,
      }),
    calls: async () => (await readFile(calls, 'utf8')).trim().split('\n'),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
  }
}
