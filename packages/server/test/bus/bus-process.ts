/** A process with a bus: `node bus-process.ts <place as JSON> <name>`. Does what its parent tells it to. */
import type { Bus } from '../../src/bus/bus.ts'
import { createLocalBus } from '../../src/bus/local.ts'
import { createNatsBus } from '../../src/bus/nats.ts'
import { ServerError } from '../../src/errors.ts'
import { ask, echo, ignore } from './messages.ts'

/** Where it meets others: in a folder, or on a NATS. */
export type Place = { readonly directory: string } | { readonly server: string; readonly prefix: string }

/** What a parent may say. */
export type Order = { readonly ask: string } | 'close'

/** What its process says: it is open, lost NATS, was asked on `silent.<name>`, or was answered so, or failed with that code. */
export interface Report {
  readonly kind: 'open' | 'lost' | 'asked' | 'answer'
  readonly text: string
}

const [place, name] = process.argv.slice(2) as [string, string]

const bus = createBus(JSON.parse(place) as Place)
bus.subscribe(`echo.${name}`, echo)
bus.subscribe(`silent.${name}`, () => report('asked'))

process.on('message', (order: Order) => void obey(order))
// its parent is gone, or has had enough
process.on('disconnect', () => process.exit())
await bus.open()
report('open')

function createBus(where: Place): Bus {
  if ('directory' in where) {
    const onError = (error: unknown) => {
      throw error
    }
    return createLocalBus({ ...where, name, onError })
  }
  const { server, prefix } = where
  const onLost = () => report('lost')
  return createNatsBus({
    settings: { servers: [server] },
    prefix,
    name,
    signMs: 250,
    onError: ignore,
    onLost,
  })
}

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
