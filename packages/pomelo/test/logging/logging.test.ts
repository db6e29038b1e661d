import assert from 'node:assert/strict'
import { readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { Logging } from '../../src/logging/logging.ts'
import { writeApplication } from '../fixtures/application-files.ts'

async function openLogging() {
  const files = await writeApplication({ 'readme.txt': '' })
  const logging = new Logging()
  return {
    logging,
    directory: files.directory,
    read: (name: string) => readFile(join(files.directory, name), 'utf8'),
    appender: (name: string, more: object = {}) => ({
      type: 'file',
      filename: join(files.directory, name),
      layout: { type: 'messagePassThrough' },
      ...more,
    }),
    async [Symbol.asyncDispose]() {
      logging.close()
      await files[Symbol.asyncDispose]()
    },
  }
}

test('lines go to the appenders of their category, and to those of all', async () => {
  await using open = await openLogging()
  const { logging, appender } = open
  logging.configure({ appenders: [appender('all.log'), appender('con.log', { category: ['con-log', 'x'] })] })

  logging.getLogger('con-log').info('one')
  logging.getLogger('pomelo').warn('two')

  assert.equal(await open.read('all.log'), 'one\ntwo\n')
  assert.equal(await open.read('con.log'), 'one\n')
})

test('a file that is no JSON is named, with the place in it', async () => {
  await using open = await openLogging()
  const path = join(open.directory, 'log4js.json')
  await writeFile(path, '{ "appenders": [,] }')

  assert.throws(() => open.logging.configure(path), {
    message: `${path}: malformed JSON at line 1, column 17: unexpected token ','`,
  })
})

test('a line below the level of its category is not written', async () => {
  await using open = await openLogging()
  const { logging, appender } = open
  logging.configure({
    appenders: [appender('all.log')],
    levels: { '[all]': 'INFO', 'rpc-log': 'ERROR', x: 'OFF' },
  })

  for (const category of ['con-log', 'rpc-log', 'x']) {
    const logger = logging.getLogger(category)
    logger.debug(`${category} debug`)
    logger.info(`${category} info`)
    logger.error(`${category} error`)
  }

  assert.equal(await open.read('all.log'), 'con-log info\ncon-log error\nrpc-log error\n')
})

test('prefixes stand before the line, unless messages are raw', async (t) => {
  t.after(() => delete process.env['RAW_MESSAGE'])
  await using open = await openLogging()
  const { logging, appender } = open
  logging.configure({ appenders: [appender('all.log')] })
  const logger = logging.getLogger('pomelo', 'a', 'b')

  logger.info('one %s', 'more')
  logging.configure({ appenders: [appender('all.log')], rawMessage: true })
  logger.info('two')

  assert.equal(await open.read('all.log'), '[a] [b] one more\ntwo\n')
})

test('the console of an application writes lines, until it is given back', async () => {
  await using open = await openLogging()
  const { logging, appender } = open
  const own = console.warn
  logging.configure({ appenders: [appender('console.log', { category: 'console' })], replaceConsole: true })

  console.warn('from the console: %j', { a: 1 })
  logging.configure({ appenders: [] })

  assert.equal(console.warn, own)
  assert.equal(await open.read('console.log'), 'from the console: {"a":1}\n')
})

test('placeholders are filled from the options and the environment, or with their default', async () => {
  await using open = await openLogging()
  const { logging, directory } = open
  const appender = { type: 'file', filename: '${opts:base}/${opts:serverId}-${env:NOWHERE:none}.log' }

  logging.configure({ appenders: [appender] }, { base: directory, serverId: 'chat-1' })
  logging.getLogger('x').info('hello')

  assert.match(await open.read('chat-1-none.log'), /hello/)
})

test('levels that change in the file count a moment later', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  await using open = await openLogging()
  const { logging, appender, directory } = open
  const path = join(directory, 'log4js.json')
  const config = { appenders: [appender('all.log')], levels: { x: 'ERROR' }, reloadSecs: 30 }
  await writeFile(path, JSON.stringify(config))
  logging.configure(path)
  logging.getLogger('x').info('before')

  await writeFile(path, JSON.stringify({ ...config, levels: { x: 'INFO' } }))
  await utimes(path, new Date(), new Date(Date.now() + 10_000))
  t.mock.timers.tick(30_000)
  logging.getLogger('x').info('after')

  assert.equal(await open.read('all.log'), 'after\n')
})

test('an appender that cannot be made is left out, and the others write', async (t) => {
  const said: string[] = []
  t.mock.method(process.stderr, 'write', (text: string) => said.push(text))
  await using open = await openLogging()
  const { logging, appender } = open

  logging.configure({ appenders: [{ type: 'smtp' }, appender('all.log')] })
  logging.getLogger('x').info('hello')
  t.mock.restoreAll()

  assert.match(said.join(''), /smtp.* is left out: no appender of type smtp/s)
  assert.equal(await open.read('all.log'), 'hello\n')
})

test('a filter of levels passes on what is severe enough, and a file by date has the day in its name', async () => {
  await using open = await openLogging()
  const { logging, appender, directory } = open
  const filename = join(directory, 'day')
  logging.configure({
    appenders: [
      { type: 'logLevelFilter', level: 'WARN', appender: appender('warn.log') },
      { type: 'dateFile', filename, pattern: '-yyyy.log', layout: { type: 'messagePassThrough' } },
    ],
  })

  logging.getLogger('x').info('low')
  logging.getLogger('x').error('high')

  assert.equal(await open.read('warn.log'), 'high\n')
  assert.equal(await open.read(`day-${new Date().getFullYear()}.log`), 'low\nhigh\n')
})
