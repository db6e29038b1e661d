/** What Pomelo's API is called back with: an error first, by convention. */
// what applications pass takes what it likes: only at the place of the call it is known what is given
export type Callback<Rest extends unknown[] = unknown[]> = (error?: unknown, ...rest: Rest) => void

/** Any function of an application. */
export type AnyFunction = (this: unknown, ...args: unknown[]) => unknown

/** Calls back if there is a callback: applications may pass anything, or nothing, in its place. */
export function callBack(callback: unknown, ...args: unknown[]): void {
  if (typeof callback === 'function') (callback as AnyFunction).call(undefined, ...args)
}

/** Runs what calls back with an error or nothing, and waits for it. A second call back is ignored. */
export function called(run: (callback: Callback) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    run((error) => {
      if (error === undefined || error === null || error === false) resolve()
      else reject(toError(error))
    })
  })
}

/** Returns what was called back with in an error's place as an error. */
export function toError(value: unknown): Error {
  return value instanceof Error ? value : new Error(typeof value === 'string' ? value : JSON.stringify(value))
}
