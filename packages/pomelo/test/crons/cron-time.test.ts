import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CronTime } from '../../src/crons/cron-time.ts'

/** A Wednesday. */
const start = new Date(2014, 0, 15, 10, 20, 30)

function next(text: string, from = start): Date | undefined {
  const found = new CronTime(text).next(from.getTime())
  return found === undefined ? undefined : new Date(found)
}

for (const [text, at] of [
  ['* * * * * *', new Date(2014, 0, 15, 10, 20, 31)],
  ['30 20 10 * * *', new Date(2014, 0, 16, 10, 20, 30)],
  ['0 30 10 * * *', new Date(2014, 0, 15, 10, 30, 0)],
  ['0/15 * * * * *', new Date(2014, 0, 15, 10, 20, 45)],
  ['*/15 * * * * *', new Date(2014, 0, 15, 10, 20, 45)],
  ['1/15 * * * * *', new Date(2014, 0, 15, 10, 20, 31)],
  ['0 0 9,12 * * *', new Date(2014, 0, 15, 12, 0, 0)],
  ['0 10-15,40 * * * *', new Date(2014, 0, 15, 10, 40, 0)],
  ['0 0 0 1 0 *', new Date(2015, 0, 1)],
  ['0 0 0 1 11 *', new Date(2014, 11, 1)],
  ['0 0 0 * * 0', new Date(2014, 0, 19)],
  ['0 0 0 13 * 5', new Date(2014, 5, 13)],
  ['0 0 24 * * *', new Date(2014, 0, 16)],
  ['0 0 24 31 0 *', new Date(2014, 1, 1)],
  ['0 0 0 29 1 *', new Date(2016, 1, 29)],
  ['0 0 0 29 1 0', new Date(2032, 1, 29)],
] as const) {
  test(`"${text}" is next at ${at.toString().slice(0, 24)}`, () => {
    assert.deepEqual(next(text), at)
  })
}

test('the midnight that ends a day is found just before it', () => {
  const late = new Date(2014, 0, 15, 23, 59, 59)

  assert.deepEqual(next('0 0 24 15 * *', late), new Date(2014, 0, 16))
  assert.deepEqual(next('0 30 24 15 * *', new Date(2014, 0, 16, 0, 10)), new Date(2014, 0, 16, 0, 30))
})

test('a day that never comes is none', () => {
  assert.equal(next('0 0 0 31 1 *'), undefined)
})

for (const [text, why] of [
  ['* * * * *', /expected 6 fields, got 5/],
  ['60 * * * * *', /60 names no second from 0 to 59/],
  ['* * 25 * * *', /25 names no hour from 0 to 24/],
  ['* * * 0 * *', /0 names no day from 1 to 31/],
  ['* * * * 12 *', /12 names no month from 0 to 11/],
  ['* * * * * 7', /7 names no weekday from 0 to 6/],
  ['10/5 * * * * *', /10\/5 names no second/],
  ['0/0 * * * * *', /0\/0 names no second/],
  ['5-2 * * * * *', /5-2 names no second/],
  ['mon * * * * *', /mon names no second/],
] as const) {
  test(`"${text}" is refused`, () => {
    assert.throws(() => new CronTime(text), why)
  })
}
