import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Result, Sample } from '../packages/server/src/load/result.ts'
import type { News, Order } from './generator.ts'
import { Refusal } from './refusal.ts'

/** Told of a run while it goes on. */
export interface Witness {
  onPhase?(name: string): void
  /** Each second. */
  onSample?(sample: Sample): void
}

/** Runs a scenario in a process of its own. @throws {Error} it has no result. */
async function generate(order: Order, witness: Witness = {}): Promise<Result> {
  const generator = fork(join(import.meta.dirname, 'generator.ts'))
  const { promise, resolve, reject } = Promise.withResolvers<Result>()
  generator.on('message', ({ phase, sample, result, error }: News) => {
    if (phase !== undefined) witness.onPhase?.(phase)
    if (sample) witness.onSample?.(sample)
    if (result) resolve(result)
    if (error !== undefined) reject(new Error(error))
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

/** Runs a scenario with all its clients. @throws {Refusal} one could not enter. */
export async function generateWhole(order: Order, witness?: Witness): Promise<Result> {
  const result = await generate(order, witness)
  const missing = order.scenario.clients - result.entering.count
  if (missing === 0) return result
  throw new Refusal(`${missing} clients could not enter: ${Object.keys(result.failed).join('; ')}`)
}

/** The same, where every phase counts. @throws {Refusal} one says nothing of the servers, too. */
export async function generateTrusted(order: Order, witness?: Witness): Promise<Result> {
  const result = await generateWhole(order, witness)
  if (result.doubts.length === 0) return result
  throw new Refusal(`the load generator was the bottleneck: ${result.doubts.join(', ')}`)
}
