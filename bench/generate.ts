import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Result, Sample } from '../packages/server/src/load/result.ts'
import type { Order } from './generator.ts'

/** Runs a scenario in a process of its own. @throws {Error} it has no result. */
export async function generate(
  order: Order,
  onSample: (sample: Sample) => void = () => undefined,
): Promise<Result> {
  const generator = fork(join(import.meta.dirname, 'generator.ts'))
  const { promise, resolve, reject } = Promise.withResolvers<Result>()
  generator.on('message', (message: { sample?: Sample; result?: Result; error?: string }) => {
    if (message.sample) onSample(message.sample)
    if (message.result) resolve(message.result)
    if (message.error !== undefined) reject(new Error(message.error))
  })
  generator.once('exit', (code) => reject(new Error(`the load generator ended with ${String(code)}`)))
  generator.send(order)
  const ended = once(generator, 'exit')
  try {
    return await promise
  } finally {
    if (generator.connected) generator.disconnect()
    await ended
  }
}
