import { toAddress } from './address.ts'
import type { Address } from './address.ts'
import { JsonValue } from './json-value.ts'
import { LoadError } from './load-error.ts'
import { renderMessage } from './template.ts'

/** What a load run does. `docs/guide/bench.md` describes the file. */
export interface Scenario {
  readonly target: Target
  readonly clients: number
  /** How many begin to connect each second. */
  readonly connectPerSecond: number
  readonly roomSize: number
  /** The requests with which a client begins, one after another. */
  readonly login: readonly Step[]
  /** How long connecting, and each request, may take. */
  readonly timeoutMs: number
  /** The lateness of sends, at the 99th percentile, from which on the run tells nothing. */
  readonly maxLateMs: number
  readonly phases: readonly Phase[]
}

/** Either a gate, which tells each client its connector, or connectors, which clients take in turn. */
export type Target =
  { readonly gate: Address; readonly ask: Step } | { readonly connectors: readonly Address[] }

/** A route, and a message with placeholders. */
export interface Step {
  readonly route: string
  readonly message: unknown
}

export interface Phase {
  readonly name: string
  readonly seconds: number
  /** Whether it counts in the summary. */
  readonly measured: boolean
  /** What is sent; without, the clients are only there. */
  readonly send?: Send
  /** How many clients of each room send. @default all */
  readonly sendersPerRoom?: number
  /** The route of the pushes that are counted, and timed by the `{t}` in them. */
  readonly delivery?: string
  /** How many clients leave each second, each replaced by a new one. */
  readonly churnPerSecond: number
}

/**
 * What senders do: `rate` messages a second between them, each at its time whatever became of the others (an open loop); or
 * `inFlight` requests each, the next when one is answered (a closed loop).
 */
export type Send = Step &
  (
    | { readonly type: 'request' | 'notify'; readonly rate: number }
    | { readonly type: 'request'; readonly inFlight: number }
  )

/** Reads a scenario. @throws {LoadError} it is wrong; the message is one line that says where. */
export function readScenario(text: string, file: string): Scenario {
  const root = new JsonValue(parse(text, file), file)
  const { target, clients, connectPerSecond, roomSize, login, timeoutMs, maxLateMs, phases } = root.members([
    'target',
    'clients',
    'connectPerSecond',
    'roomSize',
    'login',
    'timeoutMs',
    'maxLateMs',
    'phases',
  ])
  const count = clients.integer(1, 1_000_000)
  const list = phases.items().map(readPhase)
  if (list.length === 0) throw phases.mistake('at least one phase')
  return {
    target: readTarget(target),
    clients: count,
    connectPerSecond: connectPerSecond.number(0.1, 1_000_000, 200),
    roomSize: roomSize.integer(1, 1_000_000, count),
    login: login.isThere ? login.items().map((step) => readStep(step.members(stepKeys))) : [],
    timeoutMs: timeoutMs.number(1, 600_000, 10_000),
    maxLateMs: maxLateMs.number(1, 60_000, 10),
    phases: list,
  }
}

const stepKeys = ['route', 'message'] as const

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new LoadError(
      `${file}: ${String(error)
        .replace(/^SyntaxError: /, '')
        .replaceAll('\n', ' ')}`,
    )
  }
}

function readTarget(value: JsonValue): Target {
  const { gate, route, message, connectors } = value.members(['gate', 'route', 'message', 'connectors'])
  if (gate.isThere === connectors.isThere) throw value.mistake('either a gate or connectors')
  if (gate.isThere) {
    const ask = {
      route: route.text('gate.gateHandler.queryEntry'),
      message: readMessage(message, { uid: '{n}' }),
    }
    return { gate: readAddress(gate), ask }
  }
  const addresses = connectors.items().map(readAddress)
  if (addresses.length === 0) throw connectors.mistake('at least one address')
  return { connectors: addresses }
}

function readAddress(value: JsonValue): Address {
  const text = value.text()
  try {
    return toAddress(text)
  } catch {
    throw value.mistake('an address such as ws://127.0.0.1:3050 or tcp://127.0.0.1:3050')
  }
}

function readPhase(value: JsonValue, index: number): Phase {
  const { name, seconds, measured, send, sendersPerRoom, delivery, churnPerSecond } = value.members([
    'name',
    'seconds',
    'measured',
    'send',
    'sendersPerRoom',
    'delivery',
    'churnPerSecond',
  ])
  return {
    name: name.text(`phase ${index + 1}`),
    seconds: seconds.number(0.1, 1_000_000),
    measured: measured.truth(true),
    ...(send.isThere && { send: readSend(send) }),
    ...(sendersPerRoom.isThere && { sendersPerRoom: sendersPerRoom.integer(1, 1_000_000) }),
    ...(delivery.isThere && { delivery: delivery.text() }),
    churnPerSecond: churnPerSecond.number(0, 10_000, 0),
  }
}

function readSend(value: JsonValue): Send {
  const { type, rate, inFlight, ...step } = value.members(['type', 'rate', 'inFlight', ...stepKeys])
  if (rate.isThere === inFlight.isThere) throw value.mistake('either a rate or inFlight')
  const kind = type.text('request')
  if (kind !== 'request' && kind !== 'notify') throw type.mistake('"request" or "notify"')
  if (rate.isThere) return { ...readStep(step), type: kind, rate: rate.number(0.01, 10_000_000) }
  if (kind === 'notify') throw inFlight.mistake('a rate, since a notify is not answered')
  return { ...readStep(step), type: kind, inFlight: inFlight.integer(1, 10_000) }
}

function readStep({ route, message }: Record<(typeof stepKeys)[number], JsonValue>): Step {
  const text = route.text()
  if (Buffer.byteLength(text) > 255) throw route.mistake('a route of up to 255 bytes')
  return { route: text, message: readMessage(message, {}) }
}

function readMessage(value: JsonValue, byDefault: unknown): unknown {
  if (!value.isThere) return byDefault
  try {
    renderMessage(value.value, { n: 0, room: 0, run: '' })
  } catch (error) {
    throw value.mistake(`a message without ${String(error).replace(/^LoadError: /, '')}`)
  }
  return value.value
}
