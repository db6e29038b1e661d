import { getLogger } from '../log.ts'
import type { RpcMessage } from '../rpc/message.ts'
import { shortTime } from '../short-time.ts'

const logger = getLogger('rpc-log')

interface TimedOptions {
  __start_time__?: number
}

/** Logs each call to another server and how long it took. `pomelo.rpcFilters.rpcLog` */
export function createRpcLogFilter() {
  return {
    name: 'rpcLog',
    before(_serverId: string, _msg: RpcMessage, opts: TimedOptions, next: () => void): void {
      opts.__start_time__ = Date.now()
      next()
    },
    after(_serverId: string, msg: RpcMessage, opts: TimedOptions, next: () => void): void {
      const startedAt = opts.__start_time__
      if (startedAt !== undefined) {
        const timeUsed = Date.now() - startedAt
        logger.info(
          JSON.stringify({
            route: msg.service,
            args: msg.args,
            time: shortTime(new Date(startedAt)),
            timeUsed,
          }),
        )
      }
      next()
    },
  }
}
