import type { Bus, BusMessage } from '../bus/bus.ts'
import { callsSubject } from '../bus/subjects.ts'
import { ServerError } from '../errors.ts'
import type { Code } from '../errors.ts'
import type { Log } from '../log.ts'
import type { ServerAddress } from '../server-info.ts'
import { decodeCall, decodeReply, encodeCall, encodeFailure, encodeResult } from './envelope.ts'
import { InFlight } from '../in-flight.ts'
import { Work } from './work.ts'
import type { Generation } from './work.ts'

/** Serves one kind of call. `deadline` is in milliseconds since the epoch, on this server's clock. */
export type Service = (payload: Uint8Array, deadline: number) => Promise<Uint8Array>

/** Calls between servers. Each settles, with the result or a coded error, within its deadline. */
export interface Rpc {
  /** Serves calls to `name`. Names that begin with `$` are the framework's. */
  serve(name: string, service: Service): void
  /** Serves calls that are the application's work. */
  serveWork(name: string, service: Service): void
  /** The application's calls to this server. */
  readonly work: Work
  /**
   * Calls `name` on that life of a server.
   * @throws {ServerError} the callee's own; `TIMEOUT`: the deadline has passed; `NO_SERVER`: it is not there, or was
   * lost before it answered; `NOT_FOUND`: it serves no such name; `BUSY`: too much waits for it.
   */
  call(server: ServerAddress, name: string, payload: Uint8Array, deadline: number): Promise<Uint8Array>
  /** Tells without an answer: at most once, in order with other calls to that server. */
  tell(server: ServerAddress, name: string, payload: Uint8Array): void
  open(): void
  /** Resolves when no call, in or out, is in flight. New ones are still served: they may be needed for that. */
  idle(): Promise<void>
  close(): void
}

export interface RpcOptions {
  readonly bus: Bus
  readonly self: ServerAddress
  readonly log: Log
  readonly callTimeoutMs: number
  /** Where its calls are counted, along with other work that may make calls. @default its own */
  readonly inFlight?: InFlight
  /**
   * Whether the application's calls that arrive now over a link of that age are so late that their callers have been told.
   * @default never
   */
  readonly isOverdue?: (linkedAt: number) => boolean
}

export function createRpc(options: RpcOptions): Rpc {
  return new BusRpc(options)
}

class BusRpc implements Rpc {
  readonly #bus: Bus
  readonly #self: ServerAddress
  readonly #log: Log
  readonly #callTimeoutMs: number
  readonly #inFlight: InFlight
  readonly #isOverdue: (linkedAt: number) => boolean
  readonly work = new Work()
  readonly #services = new Map<string, { readonly service: Service; readonly isWork: boolean }>()
  #unsubscribe: (() => void) | undefined

  constructor({
    bus,
    self,
    log,
    callTimeoutMs,
    inFlight = new InFlight(),
    isOverdue = () => false,
  }: RpcOptions) {
    this.#bus = bus
    this.#self = self
    this.#log = log
    this.#callTimeoutMs = callTimeoutMs
    this.#inFlight = inFlight
    this.#isOverdue = isOverdue
  }

  open(): void {
    this.#unsubscribe = this.#bus.subscribe(callsSubject(this.#self), (message) => this.#onCall(message))
  }

  close(): void {
    this.#unsubscribe?.()
  }

  serve(name: string, service: Service): void {
    this.#services.set(name, { service, isWork: false })
  }

  serveWork(name: string, service: Service): void {
    this.#services.set(name, { service, isWork: true })
  }

  // no async function: each would cost every call another promise or two
  call(server: ServerAddress, name: string, payload: Uint8Array, deadline: number): Promise<Uint8Array> {
    const remainingMs = deadline - Date.now()
    if (remainingMs <= 0) {
      return Promise.reject(new ServerError('TIMEOUT', `no time left to call ${name} on ${server.id}`))
    }
    const call = encodeCall(name, remainingMs, payload)
    this.#inFlight.begin()
    return this.#bus.request(callsSubject(server), call, remainingMs).then(
      (reply) => {
        this.#inFlight.end()
        return decodeReply(reply)
      },
      (error: unknown) => {
        this.#inFlight.end()
        throw explained(error, name, server)
      },
    )
  }

  tell(server: ServerAddress, name: string, payload: Uint8Array): void {
    this.#bus.publish(callsSubject(server), encodeCall(name, this.#callTimeoutMs, payload))
  }

  idle(): Promise<void> {
    return this.#inFlight.idle()
  }

  #onCall(message: BusMessage): void {
    this.#inFlight.begin()
    let call: IncomingCall
    try {
      call = this.#identify(message)
    } catch (error) {
      this.#refuse({ message, name: 'a call' }, error)
      return
    }
    if (call.isWork && this.work.isHeld) this.work.wait(() => this.#runLate(call))
    else this.#run(call)
  }

  /** @throws {ServerError} `NOT_FOUND` */
  #identify(message: BusMessage): IncomingCall {
    const { name, payload, remainingMs } = decodeCall(message.data)
    const served = this.#services.get(name)
    if (served === undefined) throw new ServerError('NOT_FOUND', `${this.#self.id} serves no ${name}`)
    const { service, isWork } = served
    if (isWork && this.#isOverdue(message.linkedAt)) throw new ServerError('TIMEOUT', `${name} came too late`)
    return { message, name, payload, service, isWork, deadline: Date.now() + remainingMs }
  }

  #runLate(call: IncomingCall): void {
    // its caller was told that it failed, and may have made it elsewhere since
    if (call.message.isAbandoned) this.#end(call)
    else this.#run(call)
  }

  #run(call: IncomingCall): void {
    if (call.isWork) call.generation = this.work.begin()
    try {
      call.service(call.payload, call.deadline).then(
        (result) => this.#answer(call, result),
        (error: unknown) => this.#refuse(call, error),
      )
    } catch (error) {
      this.#refuse(call, error)
    }
  }

  #answer(call: IncomingCall, result: Uint8Array): void {
    try {
      call.message.reply(encodeResult(result))
    } catch (error) {
      this.#refuse(call, error)
      return
    }
    this.#end(call)
  }

  #refuse(call: Pick<IncomingCall, 'message' | 'name' | 'generation'>, error: unknown): void {
    const { message, name } = call
    if (!(error instanceof ServerError)) this.#log.error({ err: error, name }, 'a call failed')
    try {
      message.reply(encodeFailure(error, name))
    } catch (replyError) {
      // its `reply` is nothing that JSON carries, or too much of it
      this.#log.error({ err: replyError, name }, 'the refusal of a call cannot travel')
      message.reply(encodeFailure(replyError, name))
    }
    this.#end(call)
  }

  #end({ generation }: Pick<IncomingCall, 'generation'>): void {
    generation?.end()
    this.#inFlight.end()
  }
}

interface IncomingCall {
  readonly message: BusMessage
  readonly name: string
  readonly payload: Uint8Array
  readonly service: Service
  readonly isWork: boolean
  readonly deadline: number
  /** Of work that has begun. */
  generation?: Generation
}

/** The bus knows subjects; the caller wants to read what was called, and where. */
function explained(error: unknown, name: string, server: ServerAddress): unknown {
  if (!(error instanceof ServerError)) return error
  const why = reasons.get(error.code)
  if (why === undefined) return error
  // of the framework's own calls clients hear too: neither its names nor a server's id is theirs to know
  const message = name.startsWith('$') ? `the server that was asked ${why}` : `${name}: ${server.id} ${why}`
  return new ServerError(error.code, message, { cause: error })
}

const reasons = new Map<Code, string>([
  ['TIMEOUT', 'did not answer in time'],
  ['NO_SERVER', 'is not there'],
  ['BUSY', 'has too much waiting for it'],
])
