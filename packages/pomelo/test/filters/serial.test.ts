import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSerialFilter } from '../../src/filters/serial.ts'

const sessionOf = (id: number, frontendId = 'front-1') => ({ id, frontendId })

/** Begins requests and notes what happens to them. */
function createRequests(timeoutMs?: number) {
  const filter = createSerialFilter(timeoutMs)
  const seen: string[] = []
  return {
    seen,
    begin(name: string, session: object) {
      const request = { ...session } as ReturnType<typeof sessionOf>
      filter.before({ name }, request, () => seen.push(`+${name}`))
      return () =>
        filter.after(null, { name }, request, {}, (error) =>
          seen.push(`-${name}${error ? `: ${(error as Error).message}` : ''}`),
        )
    },
  }
}

test('requests of one session follow one another, those of others do not wait', () => {
  const { begin, seen } = createRequests()
  const first = begin('first', sessionOf(1))
  const second = begin('second', sessionOf(1))
  const other = begin('other', sessionOf(1, 'front-2'))

  other()
  first()
  second()

  assert.deepEqual(seen, ['+first', '+other', '-other', '+second', '-first', '-second'])
})

test('a request that takes too long lets the next begin, and fails when it ends', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { begin, seen } = createRequests(100)
  const slow = begin('slow', sessionOf(1))
  const next = begin('next', sessionOf(1))

  t.mock.timers.tick(100)
  slow()
  next()

  assert.deepEqual(seen, ['+slow', '+next', '-slow: task time out. msg:{"name":"slow"}', '-next'])
})

test('it is the request that takes too long of which the log speaks', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { begin } = createRequests(100)
  begin('quick', sessionOf(1))()
  const first = begin('first', sessionOf(1))
  begin('slow', sessionOf(1))
  first()
  const lines: string[] = []
  const { mock } = t.mock.method(process.stdout, 'write', (line: string) => lines.push(line) > 0)

  t.mock.timers.tick(100)
  mock.restore()

  assert.match(lines.join(''), /over 100 ms: \{"name":"slow"\}/)
})
