import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { SocketFolder } from '../../src/bus/socket-folder.ts'

test('the folder is made, for its user only', (t) => {
  const directory = join(makeDirectory(t), 'run', 'bus')

  new SocketFolder(directory).prepare()

  assert.equal(statSync(directory).mode & 0o777, 0o700)
})

test('a folder that others may enter is refused', (t) => {
  const directory = makeDirectory(t)
  for (const mode of [0o755, 0o710, 0o701, 0o770]) {
    chmodSync(directory, mode)

    assert.throws(() => new SocketFolder(directory).prepare(), {
      name: 'SetupError',
      message: `${directory}: the folder of the bus can be entered by other users: give it mode 700`,
    })
  }
})

test('a folder of another user is refused', (t) => {
  const directory = makeDirectory(t)
  const owner = statSync(directory).uid
  t.mock.method(process as Required<typeof process>, 'getuid', () => owner + 1)

  assert.throws(() => new SocketFolder(directory).prepare(), {
    name: 'SetupError',
    message: `${directory}: the folder of the bus belongs to another user`,
  })
})

test('a folder that cannot be made is refused', (t) => {
  const file = join(makeDirectory(t), 'file')
  writeFileSync(file, '')

  assert.throws(() => new SocketFolder(join(file, 'bus')).prepare(), {
    name: 'SetupError',
    message: /cannot be made/,
  })
})

test('a name is found again, whatever its characters, and other files are not names', async (t) => {
  const directory = makeDirectory(t)
  const folder = new SocketFolder(directory)
  const names = ['chat-1@1764000000000', '../up/a b%', '.', 'grüße']
  for (const file of ['readme', 'a b.sock', '%zz.sock', 'x.new']) writeFileSync(join(directory, file), '')

  for (const name of names) await folder.listen(makeServer(t), name)

  assert.deepEqual(folder.names().sort(), names.sort())
  assert.ok(existsSync(join(directory, 'chat-1@1764000000000.sock')))
})

test('a path that is too long for a socket is refused, the longest is not', async (t) => {
  const directory = makeDirectory(t)
  const folder = new SocketFolder(directory)
  const room = (process.platform === 'linux' ? 107 : 103) - Buffer.byteLength(join(directory, '.sock'))

  await folder.listen(makeServer(t), 'x'.repeat(room))

  await assert.rejects(folder.listen(makeServer(t), 'x'.repeat(room + 1)), {
    name: 'SetupError',
    message: /: socket path of \d+ bytes exceeds \d+$/,
  })
})

test('a name that is in use is refused, and stays with who has it', async (t) => {
  const directory = makeDirectory(t)
  const folder = new SocketFolder(directory)
  await folder.listen(makeServer(t), 'chat-1')

  await assert.rejects(folder.listen(makeServer(t), 'chat-1'), {
    name: 'SetupError',
    message: `${directory}/chat-1.sock: another process listens there`,
  })
  assert.deepEqual(readdirSync(directory), ['chat-1.sock'])
})

test('a folder that is gone is told in one line', async (t) => {
  const directory = join(makeDirectory(t), 'gone')

  await assert.rejects(new SocketFolder(directory).listen(makeServer(t), 'chat-1'), {
    name: 'SetupError',
    message: /chat-1\.sock: cannot be listened on: /,
  })
})

function makeDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'bus-'))
  t.after(() => rmSync(directory, { recursive: true }))
  return directory
}

function makeServer(t: TestContext) {
  const server = createServer()
  t.after(() => server.close())
  return server
}
