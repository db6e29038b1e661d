import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Bus } from '../../src/bus/bus.ts'
import type { BusNetwork } from './conformance.ts'
import { ask, echo, longMs } from './messages.ts'

/** Tests what every bus promises that leaves the process. `addedBytes` is what it adds to a message that travels alone. */
export function trafficConformance(
  name: string,
  createNetwork: () => Promise<BusNetwork>,
  addedBytes: number,
): void {
  test(`${name} bus: what one has sent, the other has received`, async () => {
    await using network = await createNetwork()
    // none says a word of its own meanwhile
    const [asker, answerer] = [0, 1].map(() =>
      network.createBus({ onError: assert.ifError, signMs: longMs }),
    ) as [Bus, Bus]
    answerer.subscribe('echo', echo)
    await Promise.all([asker.open(), answerer.open()])
    await ask(asker, 'echo')
    const before = [asker, answerer].map(({ traffic }) => ({ ...traffic! }))

    await ask(asker, 'echo', 'x'.repeat(1_000))

    const bytes = 1_000 + addedBytes
    assert.deepEqual(
      [asker, answerer].map(({ traffic }) => traffic),
      before.map(({ sentBytes, receivedBytes }) => ({
        sentBytes: sentBytes + bytes,
        receivedBytes: receivedBytes + bytes,
      })),
    )
  })
}
