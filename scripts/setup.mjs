// Makes a fresh clone ready: `node scripts/setup.mjs [--tests|--chaos]`. Runs on any Node since 20, on nothing but
// itself, and says nothing when there is nothing to do.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findChromium, findNatsServer, findNft } from './executables.mjs'
import { withLock } from './lock.mjs'
import { run } from './run.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const purpose = process.argv.includes('--tests') ? 'tests' : process.argv.includes('--chaos') ? 'chaos' : ''

/** What runs beside Node: for what, where Debian has it, and the variable that says where it is instead. */
const tools = [
  {
    name: 'Chromium',
    uses: ['tests'],
    find: findChromium,
    variable: 'CHROMIUM',
    packages: ['chromium', 'fonts-noto-cjk'],
  },
  {
    name: 'nats-server',
    uses: ['tests', 'chaos'],
    find: findNatsServer,
    variable: 'NATS_SERVER',
    packages: ['nats-server'],
  },
  { name: 'nft', uses: ['chaos'], find: findNft, variable: 'NFT', packages: ['nftables'] },
]

const needs = { tests: 'The tests need', chaos: 'Some of the chaos needs' }

class SetupError extends Error {}

try {
  if (!isReady()) await withLock(join(root, '.setup.lock'), setUp)
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  console.error(error.message)
  // what of the chaos needs no tools goes on, and the rest says why it does not
  if (purpose !== 'chaos' || !dependenciesInstalled()) process.exitCode = 1
}

function isReady() {
  return dependenciesInstalled() && missingTools().length === 0
}

async function setUp() {
  if (!dependenciesInstalled()) await installDependencies()
  if (missingTools().length > 0) await installTools(missingTools())
}

function missingTools() {
  return tools.filter(({ uses, find }) => uses.includes(purpose) && find() === undefined)
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

async function installTools(missing) {
  for (const { variable } of missing) {
    const path = process.env[variable]
    if (path) throw new SetupError(`${variable}=${path} is not an executable file`)
  }
  const names = missing.map(({ name }) => name).join(' and ')
  const packages = missing.flatMap((tool) => tool.packages).join(' ')
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
    const variables = missing.map(({ variable }) => variable).join(' and ')
    throw new SetupError(
      `${needs[purpose]} ${names}: install (on Debian: ${packages}), or set ${variables} to where it is`,
    )
  }

  const aptGet = 'apt-get -q -y -o DPkg::Lock::Timeout=300'
  const install = `${aptGet} update && ${aptGet} install --no-install-recommends ${packages}`
  await step(`Installing ${names} for the ${purpose} (apt-get)`, 'sh', ['-c', install])
  for (const { name, variable } of missingTools()) {
    throw new SetupError(`apt-get installed no ${name}: set ${variable} to the path of one`)
  }
}

async function step(what, command, args) {
  const startedAt = Date.now()
  process.stdout.write(`${what} … `)

  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const { code, output } = await run(command, args, { cwd: root, env })

  console.log(code === 0 ? `${((Date.now() - startedAt) / 1000).toFixed(0)} s` : 'failed')
  if (code !== 0) throw new SetupError(output.trimEnd())
}
