import type { Clients } from 'shaddock'
import type { App } from '../app.ts'
import { callBack } from '../callback.ts'
import type { Component } from '../component.ts'
import { EncodedPush } from '../push/encoded-push.ts'
import type { SendNow } from '../push/encoded-push.ts'
import type { PushSchedulerComponent } from '../push/push-scheduler.ts'
import type { PushOptions } from '../push/scheduler.ts'
import type { SessionService } from '../session/session-service.ts'
import type { Uid } from '../session/session.ts'
import { ClientSocket } from './socket.ts'

/** The component `__connector__`: what a frontend sends to its clients goes through it. */
export class ConnectorComponent implements Component {
  readonly name = '__connector__'
  /** Addresses, as regular expressions, that are turned away from now on. */
  blacklist: string[] = []
  readonly sendNow: SendNow
  readonly #app: App

  /** `clients` are known once the server has been set up. */
  constructor(app: App, clients: () => Clients) {
    this.#app = app
    this.sendNow = (sessions, { route, message }) => {
      const sockets = sessions.flatMap(({ __socket__: socket }) =>
        socket instanceof ClientSocket ? socket.native : [],
      )
      clients().send(sockets, route, message)
    }
  }

  /** Returns what schedulers are given to send. */
  encode(_reqId: null, route: string, message: unknown): EncodedPush {
    return new EncodedPush(route, message)
  }

  send(
    reqId: null,
    route: string,
    message: unknown,
    receivers: number[] | null,
    opts: PushOptions,
    callback?: unknown,
  ): void {
    if (!route || !message)
      return callBack(callback, new Error('fail to send message for encode result is empty.'))
    const { __pushScheduler__: scheduler } = this.#app.components as {
      __pushScheduler__?: PushSchedulerComponent
    }
    if (scheduler === undefined)
      return callBack(callback, new Error('the push scheduler has not been loaded'))
    scheduler.schedule(reqId, route, this.encode(reqId, route, message), receivers, opts, callback)
  }

  /** Sends a push to users who are connected here. Calls back with the uids that are not. */
  pushToUids(
    route: string,
    message: unknown,
    uids: readonly Uid[],
    opts: PushOptions,
    callback?: unknown,
  ): void {
    if (!message) return callBack(callback, new Error('can not send empty message.'))
    const sessions = this.#app.get('sessionService') as SessionService
    const fails: Uid[] = []
    // who is in a channel twice hears it once
    const receivers = new Set<number>()
    for (const uid of uids) {
      const bound = sessions.getByUid(uid)
      if (bound === undefined) fails.push(uid)
      for (const { id } of bound ?? []) receivers.add(id)
    }
    this.send(null, route, message, [...receivers], opts, (error?: unknown) =>
      callBack(callback, error, fails),
    )
  }
}
