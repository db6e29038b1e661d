import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatBytes, formatCount, formatMs, formatTable, formatUptime } from '../../src/cli/format.ts'

test('durations are shown to about three digits', () => {
  assert.deepEqual([0.4, 411.6, 1_118, 2_000, 12_345].map(formatMs), [
    '0 ms',
    '412 ms',
    '1.12 s',
    '2 s',
    '12.35 s',
  ])
})

test('uptimes are shown in their largest units', () => {
  const uptimes = [999, 41_000, 60_000, 3_900_000, 90_000_000].map(formatUptime)

  assert.deepEqual(uptimes, ['0 s', '41 s', '1 min', '1 h 5 min', '1 d 1 h'])
})

test('sizes and counts have their unit', () => {
  assert.equal(formatBytes(65_011_712), '62.0 MiB')
  assert.deepEqual([formatCount(1, 'server'), formatCount(2, 'server')], ['1 server', '2 servers'])
})

test('a table is aligned, and its lines have no blanks at the end', () => {
  const table = formatTable(
    [
      ['id', 'pid', 'state'],
      ['connector-1', '7', 'up'],
    ],
    new Set([1]),
  )

  assert.equal(table, 'id           pid  state\nconnector-1    7  up\n')
})
