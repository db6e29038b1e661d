import type { App } from '../app.ts'
import { callBack } from '../callback.ts'
import type { Session } from '../session/session.ts'
import { receiversOf } from './receivers.ts'
import type { PushScheduler } from './scheduler.ts'

/** Sends what each session is pushed within a while together. `pomelo.pushSchedulers.buffer` */
export function createBufferScheduler(
  app: App,
  opts: { readonly flushInterval?: number } = {},
): PushScheduler {
  const queues = new Map<Session, unknown[]>()
  const followed = new WeakSet<Session>()
  let timer: NodeJS.Timeout | undefined
  const flush = (session: Session) => {
    const queue = queues.get(session)
    queues.delete(session)
    if (queue !== undefined) session.sendBatch(queue)
  }
  const enqueue = (session: Session, message: unknown) => {
    const queue = queues.get(session)
    if (queue !== undefined) return void queue.push(message)
    queues.set(session, [message])
  }
  // what waits when a session is kicked is sent before it is closed
  const follow = (session: Session) => {
    if (followed.has(session)) return
    followed.add(session)
    session.once('closed', () => flush(session))
  }
  return {
    start(callback) {
      timer = setInterval(() => [...queues.keys()].forEach(flush), opts.flushInterval ?? 20)
      callBack(callback)
    },
    stop(_force, callback) {
      clearInterval(timer)
      for (const session of queues.keys()) flush(session)
      callBack(callback)
    },
    schedule(_reqId, _route, message, receivers, options, callback) {
      for (const session of receiversOf(app, message, receivers, options)) {
        follow(session)
        enqueue(session, message)
      }
      if (typeof callback === 'function') process.nextTick(callBack, callback)
    },
  }
}
