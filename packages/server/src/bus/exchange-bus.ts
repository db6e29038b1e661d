import type { Bus, BusTraffic } from './bus.ts'
import type { Exchange } from './exchange.ts'

/** What joins an exchange to those of other processes. */
export interface Carrier {
  readonly traffic?: Readonly<BusTraffic>
  /** Called once. */
  open(): Promise<void>
  /** Called once, with what became of `open` if that was called. */
  close(opened: Promise<void> | undefined): Promise<void>
}

/** Makes a bus of what says and hears and of what carries that. */
export function createExchangeBus(exchange: Exchange, carrier: Carrier): Bus {
  let opened: Promise<void> | undefined
  let closed: Promise<void> | undefined
  return {
    ...(carrier.traffic && { traffic: carrier.traffic }),
    open: () => (opened ??= carrier.open()),
    publish: (subject, data) => exchange.publish(subject, data),
    retain: (subject, data) => exchange.retain(subject, data),
    subscribe: (subject, onMessage) => exchange.subscribe(subject, onMessage),
    request: (subject, data, timeoutMs) => exchange.request(subject, data, timeoutMs),
    watch: (subject, onLost) => exchange.watch(subject, onLost),
    close: () => (closed ??= carrier.close(opened)),
  }
}
