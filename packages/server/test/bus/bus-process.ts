/** A process with a local bus: `node local-process.ts <directory> <name>`. Does what its parent tells it to. */
import { createLocalBus } from '../../src/bus/local.ts'
import { ServerError } from '../../src/errors.ts'
import { ask, echo } from './messages.ts'

/** What a parent may say. */
export type Order = { readonly ask: string } | 'close'

/** What its process says: it is open, was asked on `silent.<name>`, or was answered so, or failed with that code. */
export interface Report {
  readonly kind: 'open' | 'asked' | 'answer'
  readonly text: string
}

const [directory, name] = process.argv.slice(2) as [string, string]

const bus = createLocalBus({
  directory,
  name,
  onError: (error) => {
    throw error
  },
})
bus.subscribe(`echo.${name}`, echo)
bus.subscribe(`silent.${name}`, () => report('asked'))

process.on('message', (order: Order) => void obey(order))
// its parent is gone, or has had enough
process.on('disconnect', () => process.exit())
await bus.open()
report('open')

async function obey(order: Order): Promise<void> {
  if (order === 'close') {
    await bus.close()
    process.disconnect()
    return
  }
  try {
    report('answer', await ask(bus, order.ask, `by ${name}`))
  } catch (error) {
    report('answer', error instanceof ServerError ? error.code : String(error))
  }
}

function report(kind: Report['kind'], text = ''): void {
  process.send?.({ kind, text } satisfies Report)
}
