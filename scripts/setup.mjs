// Makes a fresh clone ready: `node scripts/setup.mjs [--tests]`. Runs on any Node since 20, on nothing but itself, and
// says nothing when there is nothing to do.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findChromium } from './chromium.mjs'
import { withLock } from './lock.mjs'
import { run } from './run.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const forTests = process.argv.includes('--tests')

class SetupError extends Error {}

try {
  if (!isReady()) await withLock(join(root, '.setup.lock'), setUp)
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  console.error(error.message)
  process.exitCode = 1
}

function isReady() {
  return dependenciesInstalled() && (!forTests || findChromium() !== undefined)
}

async function setUp() {
  if (!dependenciesInstalled()) await installDependencies()
  if (forTests && !findChromium()) await installChromium()
}

/** Whether node_modules holds what package-lock.json lists: its content decides, not dates, which git does not keep. */
function dependenciesInstalled() {
  const installed = readPackages('node_modules/.package-lock.json')
  if (!installed) return false

  const hasNode = existsSync(join(root, 'node_modules/node/bin'))
  return (
    hasNode &&
    Object.entries(readPackages('package-lock.json')).every(([path, wanted]) => {
      if (path === '') return true
      const found = installed[path]
      return found ? found.version === wanted.version : wanted.optional === true
    })
  )
}

function readPackages(file) {
  const path = join(root, file)
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : undefined
}

async function installDependencies() {
  // only errors: on Node 20 npm warns of every package that wants the Node that it is about to install
  await step('Installing the dependencies (npm ci)', 'npm', ['ci', '--include=dev', '--loglevel=error'])
  if (!dependenciesInstalled()) {
    throw new SetupError(
      'npm ci left node_modules incomplete: is ignore-scripts or omit set in your npm configuration?',
    )
  }
}

async function installChromium() {
  if (process.env.CHROMIUM) throw new SetupError(`CHROMIUM=${process.env.CHROMIUM} is not an executable file`)
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
    throw new SetupError(
      'The tests need Chromium: install it (chromium and fonts-noto-cjk on Debian) or set CHROMIUM to its path',
    )
  }

  const aptGet = 'apt-get -q -y -o DPkg::Lock::Timeout=300'
  const install = `${aptGet} update && ${aptGet} install --no-install-recommends chromium fonts-noto-cjk`
  await step('Installing Chromium for the tests (apt-get)', 'sh', ['-c', install])
  if (!findChromium()) throw new SetupError('apt-get installed no chromium: set CHROMIUM to the path of one')
}

async function step(what, command, args) {
  const startedAt = Date.now()
  process.stdout.write(`${what} … `)

  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const { code, output } = await run(command, args, { cwd: root, env })

  console.log(code === 0 ? `${((Date.now() - startedAt) / 1000).toFixed(0)} s` : 'failed')
  if (code !== 0) throw new SetupError(output.trimEnd())
}
