import type { TimerWheel } from './timer-wheel.ts'

/**
 * Settles as `result` does, or rejects with what `late` makes when the deadline (milliseconds since the epoch) passes
 * before that.
 */
export function withinDeadline<T>(
  result: Promise<T>,
  { deadline, timers, late }: { deadline: number; timers: TimerWheel; late: () => Error },
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = timers.schedule(deadline - Date.now(), () => reject(late()))
    result.then(
      (value) => {
        timer.cancel()
        resolve(value)
      },
      (error: unknown) => {
        timer.cancel()
        reject(error)
      },
    )
  })
}

/** Resolves when `done` has settled, however, or after `ms`. Returns whether it was in time. */
export async function within(ms: number, done: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(resolve, ms, false)))
  const inTime = done.then(
    () => true,
    () => true,
  )
  const isInTime = await Promise.race([inTime, late])
  clearTimeout(timer)
  return isInTime
}
