import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { TimerWheel } from '../src/timer-wheel.ts'

const run = promisify(execFile)
const tickMs = 50

test('a timer runs once, never early and at most a tick late', (t) => {
  const clock = startClock(t)
  const timings = fc.array(fc.record({ startMs: fc.nat(5_000), delayMs: fc.nat(60_000) }), { maxLength: 30 })

  fc.assert(
    fc.property(timings, (timers) => {
      const wheel = new TimerWheel({ tickMs, now: clock.now })
      const start = clock.now()
      const ran: { dueAt: number; at: number }[] = []
      for (const { startMs, delayMs } of timers.toSorted((a, b) => a.startMs - b.startMs)) {
        clock.advanceTo(start + startMs)
        const dueAt = clock.now() + delayMs
        wheel.schedule(delayMs, () => ran.push({ dueAt, at: clock.now() }))
      }
      clock.advanceTo(start + 66_000)

      assert.equal(ran.length, timers.length)
      for (const { dueAt, at } of ran)
        assert.ok(at >= dueAt && at <= dueAt + tickMs, `due at ${dueAt}, ran at ${at}`)
      wheel.close()
    }),
    { numRuns: 20 },
  )
})

test('it knows how many timers are still to come', (t) => {
  const clock = startClock(t)
  const wheel = new TimerWheel({ tickMs, now: clock.now })
  wheel.schedule(100, () => undefined)
  const cancelled = wheel.schedule(100, () => undefined)
  wheel.schedule(10_000, () => undefined)
  assert.equal(wheel.waiting, 3)

  cancelled.cancel()
  clock.advance(200)
  assert.equal(wheel.waiting, 1)

  wheel.close()
  assert.equal(wheel.waiting, 0)
})

test('a delay may be hours long', (t) => {
  const clock = startClock(t)
  const wheel = new TimerWheel({ tickMs, now: clock.now })
  const hoursMs = 3 * 3_600_000
  let ran = 0
  wheel.schedule(hoursMs, () => ran++)

  clock.advance(hoursMs - 1)
  assert.equal(ran, 0)
  clock.advance(tickMs + 1)
  assert.equal(ran, 1)
})

test('a timer that is cancelled does not run', (t) => {
  const clock = startClock(t)
  const wheel = new TimerWheel({ tickMs, now: clock.now })
  const ran: string[] = []
  const schedule = (name: string, delayMs: number) => wheel.schedule(delayMs, () => ran.push(name))
  const timers = [schedule('first', 100), schedule('second', 100), schedule('third', 100)]

  timers[1]!.cancel()
  timers[1]!.cancel()
  clock.advance(200)
  timers[0]!.cancel()

  assert.deepEqual(ran, ['first', 'third'])
})

test('a timer may cancel another that is due at the same time', (t) => {
  const clock = startClock(t)
  const wheel = new TimerWheel({ tickMs, now: clock.now })
  const ran: string[] = []
  wheel.schedule(100, () => {
    ran.push('first')
    second.cancel()
  })
  const second = wheel.schedule(100, () => ran.push('second'))

  clock.advance(200)

  assert.deepEqual(ran, ['first'])
})

test('a timer may schedule another', (t) => {
  const clock = startClock(t)
  const wheel = new TimerWheel({ tickMs, now: clock.now })
  const ranAt: number[] = []
  const start = clock.now()
  const repeat = () => {
    ranAt.push(clock.now() - start)
    if (ranAt.length < 3) wheel.schedule(100, repeat)
  }
  wheel.schedule(100, repeat)

  clock.advance(1_000)

  assert.equal(ranAt.length, 3)
  for (const [i, at] of ranAt.entries()) assert.ok(at >= 100 * (i + 1) && at <= 150 * (i + 1))
})

test('a timer that throws is reported and stops no other', (t) => {
  const clock = startClock(t)
  const errors: unknown[] = []
  const wheel = new TimerWheel({ tickMs, now: clock.now, onError: (error) => errors.push(error) })
  const fault = new Error('fault')
  let ran = 0
  wheel.schedule(10, () => {
    throw fault
  })
  wheel.schedule(10, () => ran++)
  wheel.schedule(500, () => ran++)

  clock.advance(1_000)

  assert.deepEqual(errors, [fault])
  assert.equal(ran, 2)
})

test('what was due while the process was busy runs at the next tick, however long that took', (t) => {
  const clock = startClock(t)
  const wheel = new TimerWheel({ tickMs, now: clock.now })
  const ran: number[] = []
  for (const delayMs of [10, 5_000, 90_000, 200_000]) wheel.schedule(delayMs, () => ran.push(delayMs))

  clock.block(100_000)
  clock.advance(tickMs)

  assert.deepEqual(ran.sort(), [10, 5_000, 90_000])
})

test('an infinite delay never ends, and one below 0 ends at the next tick', (t) => {
  const clock = startClock(t)
  const wheel = new TimerWheel({ tickMs, now: clock.now })
  const ran: string[] = []
  wheel.schedule(Infinity, () => ran.push('infinite')).cancel()
  wheel.schedule(Infinity, () => ran.push('infinite'))
  wheel.schedule(-5, () => ran.push('negative'))

  clock.advance(tickMs)

  assert.deepEqual(ran, ['negative'])
})

test('all timers share one interval, which stops when none waits and starts again', (t) => {
  const clock = startClock(t)
  const started = t.mock.method(globalThis, 'setInterval').mock
  const stopped = t.mock.method(globalThis, 'clearInterval').mock
  const wheel = new TimerWheel({ tickMs, now: clock.now })
  let ran = 0

  const timers = Array.from({ length: 100 }, (_, i) => wheel.schedule(i * 10, () => ran++))
  timers[99]!.cancel()
  clock.advance(980)
  assert.deepEqual([started.callCount(), stopped.callCount()], [1, 0])

  clock.advance(2 * tickMs)
  assert.deepEqual([started.callCount(), stopped.callCount()], [1, 1])

  clock.advance(10_000)
  wheel.schedule(10, () => ran++)
  clock.advance(2 * tickMs)
  assert.deepEqual([started.callCount(), stopped.callCount()], [2, 2])
  assert.equal(ran, 100)
})

test('a closed wheel runs nothing, not even what was due at the same time', (t) => {
  const clock = startClock(t)
  const wheel = new TimerWheel({ tickMs, now: clock.now })
  const ran: string[] = []
  wheel.schedule(10, () => {
    ran.push('before')
    wheel.close()
    wheel.schedule(10, () => ran.push('scheduled later'))
  })
  wheel.schedule(10, () => ran.push('due then'))
  wheel.schedule(500, () => ran.push('due later'))

  clock.advance(1_000)

  assert.deepEqual(ran, ['before'])
})

test('a waiting timer does not hold the process, unless it is wanted', async () => {
  const program = (options: string) => `
    import { TimerWheel } from '${import.meta.resolve('../src/timer-wheel.ts')}'
    new TimerWheel(${options}).schedule(60, () => console.log('ran'))`
  const output = async (options: string) => {
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program(options)])
    return stdout
  }

  assert.deepEqual(await Promise.all([output('{}'), output('{ unref: false }')]), ['', 'ran\n'])
})

test('what a timer throws is an uncaught exception when nobody takes it', async () => {
  const program = `
    import { TimerWheel } from '${import.meta.resolve('../src/timer-wheel.ts')}'
    process.on('uncaughtException', (error) => console.log(error.message))
    new TimerWheel({ unref: false }).schedule(0, () => { throw new Error('fault') })`

  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program])

  assert.equal(stdout, 'fault\n')
})

/** Takes the place of the clock and of intervals. */
function startClock(t: TestContext) {
  t.mock.timers.enable({ apis: ['setInterval'] })
  // not a multiple of the tick
  let now = 12_345.6
  return {
    now: () => now,
    advance(ms: number) {
      this.advanceTo(now + ms)
    },
    advanceTo(time: number) {
      while (now < time) {
        const step = Math.min(1, time - now)
        now += step
        t.mock.timers.tick(step)
      }
    },
    /** Lets time pass without a turn of the event loop. */
    block(ms: number) {
      now += ms
    },
  }
}
