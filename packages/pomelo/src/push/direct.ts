import type { App } from '../app.ts'
import { callBack } from '../callback.ts'
import { EncodedPush } from './encoded-push.ts'
import type { SendNow } from './encoded-push.ts'
import { receiversOf } from './receivers.ts'
import type { PushScheduler } from './scheduler.ts'

/** Sends each push at once: encoded once, however many hear it. `pomelo.pushSchedulers.direct` */
export function createDirectScheduler(app: App): PushScheduler {
  return {
    schedule(_reqId, _route, message, receivers, opts, callback) {
      const sessions = receiversOf(app, message, receivers, opts)
      const { __connector__: connector } = app.components as { __connector__?: { sendNow?: SendNow } }
      if (message instanceof EncodedPush && connector?.sendNow !== undefined)
        connector.sendNow(sessions, message)
      else for (const session of sessions) session.send(message)
      if (typeof callback === 'function') process.nextTick(callBack, callback)
    },
  }
}
