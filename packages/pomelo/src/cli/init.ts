import { spawnSync } from 'node:child_process'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { fileURLToPath } from 'node:url'
import { CommandError } from './command-error.ts'

/** How clients connect to the new project. */
interface Choice {
  readonly connector: 'hybridconnector' | 'sioconnector'
  readonly isSecure: boolean
}

/** Asks, and makes a project. Resolves with the exit code. */
export async function init(path: string): Promise<number> {
  const folder = resolve(path)
  process.stdout.write(notice)
  const choice = choiceOf(await ask(connectorQuestion))
  const [first] = await readdir(folder).catch(() => [])
  if (first !== undefined && !/^ *y(es)?/i.test(await ask('Destination is not empty, continue? (y/n) [no] ')))
    throw new CommandError('Fail to init a project')
  for (const { name, text } of await readTemplate(basename(folder), choice)) await write(folder, name, text)
  for (const name of ['game-server/logs', 'shared']) await mkdir(join(folder, name), { recursive: true })
  if (choice.isSecure) makeCertificate(join(folder, 'shared'))
  return 0
}

const notice = `
The default admin user is:

  username: admin
  password: admin

You can configure admin users by editing adminUser.json later.

`

const connectorQuestion =
  'Please select underly connector, 1 for websocket(native socket), 2 for socket.io, 3 for wss, 4 for socket.io(wss), 5 for udp, 6 for mqtt: [1] '

function choiceOf(answer: string): Choice {
  const choice = choices.get(answer.trim())
  if (choice !== undefined) return choice
  if (answer.trim() === '5' || answer.trim() === '6')
    throw new CommandError(
      'UDP and MQTT are not served: choose 1, which serves TCP and WebSocket on one port',
    )
  throw new CommandError(`Please choose 1 to 4, not ${JSON.stringify(answer.trim())}`)
}

const choices = new Map<string, Choice>([
  ['', { connector: 'hybridconnector', isSecure: false }],
  ['1', { connector: 'hybridconnector', isSecure: false }],
  ['2', { connector: 'sioconnector', isSecure: false }],
  ['3', { connector: 'hybridconnector', isSecure: true }],
  ['4', { connector: 'sioconnector', isSecure: true }],
])

async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stdout })
  // without anybody to ask it is the default
  const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')))
  try {
    return await Promise.race([lines.question(question), ended])
  } finally {
    lines.close()
  }
}

interface TemplateFile {
  readonly name: string
  readonly text: string
}

const packageFolder = fileURLToPath(new URL('../../', import.meta.url))

async function readTemplate(project: string, choice: Choice): Promise<TemplateFile[]> {
  const folder = join(packageFolder, 'template')
  const { version } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8')) as {
    version: string
  }
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile())
    .map(async (entry) => {
      const path = join(entry.parentPath, entry.name)
      return {
        name: relative(folder, path),
        text: fill(await readFile(path, 'utf8'), choice, { project, version }),
      }
    })
  return Promise.all(files)
}

function fill(
  text: string,
  { connector, isSecure }: Choice,
  { project, version }: { project: string; version: string },
): string {
  const pem = (file: string) => `fs.readFileSync(path.join(__dirname, '../shared/${file}'))`
  const options = `{ key: ${pem('server.key')}, cert: ${pem('server.crt')} }`
  const filled = text
    .replaceAll('$name', project)
    .replaceAll('$version', version)
    .replaceAll('$connector', connector)
    .replaceAll('$protocol', isSecure ? 'https' : 'http')
    .replace('/* $ssl */ ', isSecure ? `${options}, ` : '')
    .replace('    // $ssl\n', isSecure ? `    ssl: ${options},\n` : '')
  // what reads the certificate
  return isSecure ? filled : filled.replace(/^var fs = .*\nvar path = .*\n(?=var pomelo)/, '')
}

async function write(folder: string, name: string, text: string): Promise<void> {
  await mkdir(join(folder, dirname(name)), { recursive: true })
  await writeFile(join(folder, name), text, { mode: name.endsWith('.sh') ? 0o755 : 0o644 })
  process.stdout.write(`   create : ${join(relative('.', folder), name)}\n`)
}

/** For a year, and for this machine alone: nobody should have the key of a project but the project. */
function makeCertificate(folder: string): void {
  const made = spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '365'],
    ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
    ...['-keyout', join(folder, 'server.key'), '-out', join(folder, 'server.crt')],
  ])
  if (made.status === 0) return
  process.stdout.write(
    'There is no openssl to make a certificate: put yours into shared/server.key and shared/server.crt\n',
  )
}
