import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { command } from '../../src/cli/launch-process.ts'

test('a project is made, named after its folder and on this version of the framework', async () => {
  await using folder = await createFolder()
  const { version } = JSON.parse(await readFile(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
    version: string
  }

  const { code, stderr } = await folder.init('games/my-game')

  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  const { name, dependencies } = await folder.manifest('games/my-game')
  assert.equal(name, 'my-game')
  assert.deepEqual(dependencies, { '@shaddock/client': `^${version}`, shaddock: `^${version}` })
  assert.match(await folder.read('games/my-game/README.md'), /^# my-game\n/)
  assert.equal(await folder.read('games/my-game/.gitignore'), 'node_modules\nlogs\n')
})

test('what was written is listed, and what to do next', async () => {
  await using folder = await createFolder()

  const { stdout } = await folder.init('my-chat')

  const files = (await folder.files('my-chat')).map((path) => `  ${path}\n`).join('')
  const next = '  cd my-chat\n  npm install\n  npm start\n'
  assert.equal(stdout, `Made a chat in ${join(folder.path, 'my-chat')}:\n\n${files}\nNext:\n\n${next}\n`)
})

test('a project in the current folder is one step nearer', async () => {
  await using folder = await createFolder()

  const { stdout } = await folder.init('.')

  assert.match(stdout, /Next:\n\n {2}npm install\n/)
  assert.equal((await folder.files('.')).includes('start.ts'), true)
})

test('a path that a shell would take apart is quoted', async () => {
  await using folder = await createFolder()

  const { stdout } = await folder.init("ada's chat")

  assert.match(stdout, /^ {2}cd 'ada'\\''s chat'$/m)
})

test('a folder name that npm refuses becomes one that it takes', async () => {
  await using folder = await createFolder()
  const names = {
    'Café (Zürich)': 'cafe-zurich',
    '.hidden': 'hidden',
    _2048: '2048',
    聊天: 'my-chat',
    node_modules: 'my-chat',
    shaddock: 'my-chat',
  }

  await Promise.all(Object.keys(names).map((name) => folder.init(name)))

  for (const [directory, name] of Object.entries(names)) {
    assert.equal((await folder.manifest(directory)).name, name)
  }
})

test('a folder that holds something is left as it is', async () => {
  await using folder = await createFolder()
  await folder.write('used/notes.txt', 'mine')

  const outcome = await folder.init('used')

  const path = join(folder.path, 'used')
  const stderr = `shaddock: ${path} is not empty, it has notes.txt: name another folder, or write into it with --force\n`
  assert.deepEqual(outcome, { code: 1, stdout: '', stderr })
  assert.deepEqual(await folder.files('used'), ['notes.txt'])
})

test('--force writes into it, and replaces what has the same name only', async () => {
  await using folder = await createFolder()
  await folder.write('used/notes.txt', 'mine')
  await folder.write('used/package.json', 'no JSON')

  const { code } = await folder.init('used', '--force')

  assert.equal(code, 0)
  assert.equal(await folder.read('used/notes.txt'), 'mine')
  assert.equal((await folder.manifest('used')).name, 'used')
})

test('a folder that holds nothing but a repository is empty', async () => {
  await using folder = await createFolder()
  await folder.write('cloned/.git/HEAD', 'ref: refs/heads/main\n')

  const { code } = await folder.init('cloned')

  assert.equal(code, 0)
  assert.equal((await folder.manifest('cloned')).name, 'cloned')
})

test('a folder that cannot be made is reported in one line', async () => {
  await using folder = await createFolder()
  await folder.write('file', '')

  const { code, stderr } = await folder.init('file/my-chat')

  assert.equal(code, 1)
  assert.match(stderr, /^shaddock: cannot make a project in .+\/file\/my-chat: ENOTDIR.+\n$/)
})

test(
  'a folder where none can be made is reported, and not tried for ever',
  { skip: process.platform !== 'linux' },
  async () => {
    await using folder = await createFolder()

    const { code, stderr } = await folder.init('/proc/games/my-chat')

    assert.equal(code, 1)
    assert.match(stderr, /^shaddock: cannot make a project in \/proc\/games\/my-chat: ENOENT.+\n$/)
  },
)

/** Makes a folder to run `shaddock init` in. */
async function createFolder() {
  const path = await mkdtemp(join(tmpdir(), 'shaddock-init-'))
  const read = (file: string) => readFile(join(path, file), 'utf8')
  return {
    path,
    read,
    async init(...args: readonly string[]) {
      const child = spawn(process.execPath, [command, 'init', ...args], {
        cwd: path,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const outcome = Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)])
      const [[code], stdout, stderr] = (await outcome) as [[number | null], string, string]
      return { code, stdout, stderr }
    },
    async write(file: string, content: string) {
      await mkdir(join(path, file, '..'), { recursive: true })
      await writeFile(join(path, file), content)
    },
    async files(directory: string) {
      const entries = await readdir(join(path, directory), { recursive: true, withFileTypes: true })
      const files = entries.filter((entry) => entry.isFile())
      return files.map((file) => relative(join(path, directory), join(file.parentPath, file.name))).sort()
    },
    async manifest(directory: string) {
      return JSON.parse(await read(join(directory, 'package.json'))) as {
        name: string
        dependencies: Record<string, string>
      }
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
  }
}
