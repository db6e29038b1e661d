/** Whether, and how urgently, this process was asked to end. */
export interface StopRequest {
  readonly isRequested: boolean
  readonly requested: Promise<void>
  /** Resolves when somebody at the terminal is tired of waiting. */
  readonly insisted: Promise<void>
  request(): void
}

/** Listens to the signals that end a process. */
export function listenForStop(): StopRequest {
  const { promise: requested, resolve: onRequested } = Promise.withResolvers<void>()
  const { promise: insisted, resolve: onInsisted } = Promise.withResolvers<void>()
  let requestedAt: number | undefined
  const request = () => {
    requestedAt ??= performance.now()
    onRequested()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      const isRepeated = requestedAt !== undefined && performance.now() - requestedAt > echoMs
      // what follows begins a line of its own, not that of the ^C
      if (signal === 'SIGINT' && requestedAt === undefined && process.stdout.isTTY) process.stdout.write('\n')
      request()
      if (isRepeated && signal === 'SIGINT') onInsisted()
    })
  }
  return {
    get isRequested() {
      return requestedAt !== undefined
    },
    requested,
    insisted,
    request,
  }
}

/** One Ctrl-C may come more than once: from the terminal, and from each parent that passes it on. */
const echoMs = 300
