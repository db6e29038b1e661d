import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import type { LogConfig } from '../src/config/config.ts'
import { SetupError } from '../src/errors.ts'
import { createLog, silentLog } from '../src/log.ts'

const fileOnly: LogConfig = { level: 'info', levels: {}, console: 'none', files: true }

test('a line is in the file of its server when the call returns', async () => {
  await using folder = await createFolder()
  const log = createLog({ serverId: 'chat-1', directory: folder.directory, config: fileOnly })

  log.warn({ sessionId: 7, route: 'chat.chatHandler.send' }, 'closed as slow')

  const [line] = await folder.lines('chat-1')
  assert.match(String(line?.['time']), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  assert.deepEqual(line, {
    level: 'warn',
    time: line?.['time'],
    serverId: 'chat-1',
    sessionId: 7,
    route: 'chat.chatHandler.send',
    msg: 'closed as slow',
  })
  await log.close()
})

test('lines are added to what the file holds', async () => {
  await using folder = await createFolder()

  for (const message of ['first life', 'second life']) {
    const log = createLog({ serverId: 'chat-1', directory: folder.directory, config: fileOnly })
    log.info(message)
    await log.close()
  }

  assert.deepEqual(await folder.messages('chat-1'), ['first life', 'second life'])
})

test('a message is written as it is, whatever signs it holds', async () => {
  await using folder = await createFolder()
  const log = createLog({ serverId: 'chat-1', directory: folder.directory, config: fileOnly })

  log.info('100%s of "this"\nand that')
  await log.close()

  assert.deepEqual(await folder.messages('chat-1'), ['100%s of "this"\nand that'])
})

test('lines below the level are left out', async () => {
  await using folder = await createFolder()
  const log = createLog({
    serverId: 'chat-1',
    directory: folder.directory,
    config: { ...fileOnly, level: 'warn' },
  })

  for (const level of ['debug', 'info', 'warn', 'error', 'fatal'] as const) log[level](level)
  await log.close()

  assert.deepEqual(await folder.messages('chat-1'), ['warn', 'error', 'fatal'])
})

test('a named log has its own level, or that of all', async () => {
  await using folder = await createFolder()
  const config: LogConfig = { ...fileOnly, levels: { rpc: 'debug', noise: 'silent' } }
  const log = createLog({ serverId: 'chat-1', directory: folder.directory, config })

  for (const name of ['rpc', 'noise', 'constructor']) {
    log.named(name).debug(`${name} debug`)
    log.named(name).info(`${name} info`)
  }
  await log.close()

  assert.deepEqual(await folder.messages('chat-1'), ['rpc debug', 'rpc info', 'constructor info'])
})

test('a line carries the last name only', async () => {
  await using folder = await createFolder()
  const log = createLog({ serverId: 'chat-1', directory: folder.directory, config: fileOnly })

  log.named('app').named('rooms').info('opened')
  await log.close()

  const lines = await readFile(join(folder.directory, 'logs/chat-1.log'), 'utf8')
  assert.equal(lines.split('"name"').length, 2)
  assert.match(lines, /"name":"rooms"/)
})

test('an error shows its stack and its cause', async () => {
  await using folder = await createFolder()
  const log = createLog({ serverId: 'chat-1', directory: folder.directory, config: fileOnly })

  log.error({ err: new Error('no room', { cause: new Error('disk full') }) }, 'a handler failed')
  await log.close()

  const [line] = await folder.lines('chat-1')
  assert.match(JSON.stringify(line?.['err']), /Error: no room.+log\.test\.ts.+caused by: Error: disk full/)
})

test('a closed log drops what it is given, through its named logs too', async () => {
  await using folder = await createFolder()
  const log = createLog({ serverId: 'chat-1', directory: folder.directory, config: fileOnly })
  const named = log.named('rpc')

  log.info('last')
  await log.close()
  await log.close()
  log.info('too late')
  named.info('too late')

  assert.deepEqual(await folder.messages('chat-1'), ['last'])
})

test('without files no folder is made', async () => {
  await using folder = await createFolder()
  const log = createLog({
    serverId: 'chat-1',
    directory: folder.directory,
    config: { ...fileOnly, files: false },
  })

  log.info('nowhere')
  await log.close()

  assert.equal(existsSync(join(folder.directory, 'logs')), false)
})

test('a file that cannot be opened is refused', async () => {
  await using folder = await createFolder()
  await writeFile(join(folder.directory, 'logs'), '')

  assert.throws(
    () => createLog({ serverId: 'chat-1', directory: folder.directory, config: fileOnly }),
    (error) => {
      assert.ok(error instanceof SetupError)
      assert.match(error.message, /^logs\/chat-1\.log: cannot be opened: Error: E[A-Z]+: [^\n]+$/)
      return true
    },
  )
})

test('the silent log takes everything', async () => {
  silentLog.named('rpc').error({ err: new Error('x') }, 'x')
  await silentLog.close()
})

test("a crash's last line is in the file and on the console", async () => {
  await using folder = await createFolder()

  const { stdout, stderr } = await runLog(folder, 'json', `log.fatal('going down'); throw new Error('crash')`)

  assert.deepEqual(await folder.messages('chat-1'), ['going down'])
  assert.equal((JSON.parse(stdout) as { msg: string }).msg, 'going down')
  assert.match(stderr, /crash/)
})

test('in development the console is readable', async () => {
  await using folder = await createFolder()

  const { stdout } = await runLog(
    folder,
    'pretty',
    `log.info('listening')
    log.named('rpc').warn({ route: 'a.b.c', ms: 5 }, 'slow')
    log.error({ err: new Error('no room') }, 'failed')`,
  )

  const lines = stdout.split('\n')
  assert.match(lines[0] ?? '', /^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: chat-1: listening$/)
  assert.match(lines[1] ?? '', /^\[[\d:.]+\] WARN: chat-1 rpc: slow \{"route":"a\.b\.c","ms":5\}$/)
  assert.match(lines[2] ?? '', /^\[[\d:.]+\] ERROR: chat-1: failed/)
  assert.match(stdout, /Error: no room\n +at /)
})

for (const [style, loaded] of [
  ['pretty', true],
  ['json', false],
  ['none', false],
] as const) {
  test(`console ${style} ${loaded ? 'loads' : 'does without'} the pretty printer`, async () => {
    await using folder = await createFolder()

    const { stderr } = await runLog(
      folder,
      style,
      `console.error(Object.keys(createRequire('/').cache).some((path) => path.includes('pino-pretty')))`,
    )

    assert.equal(stderr, `${loaded}\n`)
  })
}

test('a console that nobody reads any more stops no line on its way to the file', async () => {
  await using folder = await createFolder()
  const child = startLog(
    folder,
    'json',
    `process.stdin.once('data', () => { log.info('one'); log.info('two'); process.exit(0) })`,
  )

  child.stdout.destroy()
  await once(child.stdout, 'close')
  child.stdin.end('go')
  const [code] = (await once(child, 'exit')) as [number]

  assert.equal(code, 0)
  assert.deepEqual(await folder.messages('chat-1'), ['one', 'two'])
})

test('a full disk is said once and ends nothing', { skip: !existsSync('/dev/full') }, async () => {
  await using folder = await createFolder()
  await mkdir(join(folder.directory, 'logs'))
  await symlink('/dev/full', join(folder.directory, 'logs/chat-1.log'))

  const { stdout, stderr } = await runLog(
    folder,
    'none',
    `log.info('a'); log.info('b'); console.log('alive')`,
  )

  assert.equal(stdout, 'alive\n')
  assert.match(stderr, /^logs\/chat-1\.log: lines are lost: Error: ENOSPC[^\n]+\n$/)
})

interface Folder extends AsyncDisposable {
  readonly directory: string
  lines(serverId: string): Promise<Record<string, unknown>[]>
  messages(serverId: string): Promise<unknown[]>
}

async function createFolder(): Promise<Folder> {
  const directory = await mkdtemp(join(tmpdir(), 'shaddock-log-'))
  const lines = async (serverId: string) => {
    const file = await readFile(join(directory, `logs/${serverId}.log`), 'utf8')
    const [last, ...complete] = file.split('\n').reverse()
    assert.equal(last, '')
    return complete.reverse().map((line) => JSON.parse(line) as Record<string, unknown>)
  }
  return {
    directory,
    lines,
    messages: async (serverId) => (await lines(serverId)).map((line) => line['msg']),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  }
}

/** Starts a process that has `log` and runs `script`. */
function startLog({ directory }: Folder, console: LogConfig['console'], script: string) {
  const options = JSON.stringify({ serverId: 'chat-1', directory, config: { ...fileOnly, console } })
  const source = `
    import { createRequire } from 'node:module'
    import { createLog } from ${JSON.stringify(import.meta.resolve('../src/log.ts'))}
    const log = createLog(${options})
    ${script}`
  return spawn(process.execPath, ['--input-type=module', '--eval', source])
}

async function runLog(
  ...parameters: Parameters<typeof startLog>
): Promise<{ stdout: string; stderr: string }> {
  const child = startLog(...parameters)
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { stdout, stderr }
}
