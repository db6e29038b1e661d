import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { closeReasons } from '@shaddock/protocol'
import { codes, errorReply, refusalCode, ServerError } from '../src/errors.ts'

const page = await readFile(new URL('../../../docs/errors.md', import.meta.url), 'utf8')

/** The rows of the table below a heading, without its own two lines. */
function rowsBelow(heading: string): string[][] {
  const [, section = ''] = page.split(`## ${heading}\n`)
  const lines = (section.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('|'))
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

test('docs/errors.md lists every code with its number, and no other', () => {
  const listed = rowsBelow('Errors').map(([name, number]) => [name?.replaceAll('`', ''), Number(number)])

  assert.deepEqual(listed, Object.entries(codes))
})

test('docs/errors.md lists every close reason, with its code and whether the client comes back', () => {
  const listed = rowsBelow('Close reasons').map(([name, code, comesBack]) => ({
    reason: name?.replaceAll('`', ''),
    code: Number(code),
    reconnect: comesBack === 'yes',
  }))

  assert.deepEqual(
    listed,
    Object.values(closeReasons).map(({ reason, code, reconnect }) => ({ reason, code, reconnect })),
  )
})

test('every row says what it means', () => {
  for (const row of [...rowsBelow('Errors'), ...rowsBelow('Close reasons')])
    assert.match(row.at(-1) ?? '', /\w.*\.$/)
})

test('a client is answered code and message, or exactly the reply', () => {
  assert.deepEqual(errorReply(new ServerError('DENIED', 'not you')), { code: 403, message: 'not you' })
  assert.deepEqual(errorReply(new ServerError('DENIED', 'not you', { reply: { code: 500, error: true } })), {
    code: 500,
    error: true,
  })
})

test('a client is told nothing of an unexpected exception', () => {
  assert.deepEqual(errorReply(new TypeError('a secret')), { code: 500, message: 'internal error' })
  assert.deepEqual(errorReply('a secret'), { code: 500, message: 'internal error' })
})

test('a handshake is refused with 501 by an error whose reply says so, and else with 500', () => {
  assert.equal(refusalCode(new ServerError('DENIED', 'too old', { reply: { code: 501 } })), 501)
  for (const reply of [undefined, null, 501, { code: 404 }]) {
    assert.equal(refusalCode(new ServerError('DENIED', 'no', { reply })), 500)
  }
  assert.equal(refusalCode(new Error('no')), 500)
})
