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
