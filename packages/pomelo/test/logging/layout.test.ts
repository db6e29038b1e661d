import assert from 'node:assert/strict'
import { test } from 'node:test'
import { basicLayout, createLayout } from '../../src/logging/layout.ts'
import type { LogEvent } from '../../src/logging/layout.ts'

const event: LogEvent = {
  category: 'a.con-log',
  level: 'info',
  date: new Date(2014, 0, 31, 12, 5, 6, 7),
  data: ['took %d ms', 5],
}

for (const [name, config, line] of [
  ['basic', { type: 'basic' }, '[2014-01-31 12:05:06.007] [INFO] a.con-log - took 5 ms'],
  [
    'coloured',
    { type: 'colored' },
    '\u001b[32m[2014-01-31 12:05:06.007] [INFO] a.con-log - \u001b[39mtook 5 ms',
  ],
  ['plain', { type: 'messagePassThrough' }, 'took 5 ms'],
  [
    'pattern',
    { type: 'pattern', pattern: '%d %-5p [%c{1}] %m%%' },
    '2014-01-31 12:05:06.007 INFO  [con-log] took 5 ms%',
  ],
  ['unknown', { type: 'other' }, '[2014-01-31 12:05:06.007] [INFO] a.con-log - took 5 ms'],
] as const) {
  test(`the ${name} layout writes ${JSON.stringify(line)}`, () => {
    assert.equal(createLayout(config, basicLayout)(event), line)
  })
}

test('errors and objects are shown as the console shows them', () => {
  const line = basicLayout({ ...event, data: ['failed', new TypeError('bad'), { a: 1 }] })

  assert.match(line, /failed TypeError: bad\n +at /)
  assert.match(line, /\{ a: 1 \}$/)
})
