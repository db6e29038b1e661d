import { getLogger } from '../log.ts'

type Next = (error?: unknown) => void

interface SerialSession {
  readonly id: number
  readonly frontendId: string
  __serialTask__?: SerialTask
}

/** One request of a session that others wait for. */
interface SerialTask {
  readonly msg: unknown
  readonly run: () => void
  timer?: NodeJS.Timeout
  isOver: boolean
}

const logger = getLogger('pomelo', 'serial')
const defaultMs = 3_000

/**
 * Handles the requests of a session one at a time. One that takes longer than `timeoutMs` holds up the others no more, and
 * fails. `pomelo.filters.serial`
 */
export function createSerialFilter(timeoutMs = defaultMs) {
  // by frontend and session: on a back end, sessions of two frontends may have one id
  const queues = new Map<string, SerialTask[]>()
  const keyOf = ({ frontendId, id }: SerialSession) => `${frontendId}/${id}`

  function begin(key: string): void {
    const task = queues.get(key)?.[0]
    if (task === undefined) {
      queues.delete(key)
      return
    }
    task.timer = setTimeout(() => {
      logger.error('a request took over %d ms: %j', timeoutMs, task.msg)
      end(key, task)
    }, timeoutMs)
    task.run()
  }

  function end(key: string, task: SerialTask): void {
    if (task.isOver) return
    task.isOver = true
    clearTimeout(task.timer)
    queues.get(key)?.shift()
    begin(key)
  }

  return {
    before(msg: unknown, session: SerialSession, next: Next): void {
      const task: SerialTask = { msg, run: next, isOver: false }
      session.__serialTask__ = task
      const key = keyOf(session)
      const queue = queues.get(key)
      if (queue !== undefined) return void queue.push(task)
      queues.set(key, [task])
      begin(key)
    },
    after(error: unknown, msg: unknown, session: SerialSession, _response: unknown, next: Next): void {
      const task = session.__serialTask__
      const isLate = task?.isOver === true
      if (task !== undefined) end(keyOf(session), task)
      next(error ?? (isLate ? new Error(`task time out. msg:${JSON.stringify(msg)}`) : undefined))
    },
  }
}
