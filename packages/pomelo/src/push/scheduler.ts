/** Sends pushes when it sees fit: `pushSchedulerConfig.scheduler`. */
export interface PushScheduler {
  start?(callback?: unknown): unknown
  stop?(force: boolean, callback?: unknown): unknown
  /**
   * `message` is what `connector.encode` has made; `receivers` are ids of sessions, or null for all. `reqId` is null: answers
   * are sent without it.
   */
  schedule(
    reqId: null,
    route: string,
    message: unknown,
    receivers: number[] | null,
    opts: PushOptions,
    callback?: unknown,
  ): unknown
}

/** What a push was made with. Plugins leave out what they like. */
export interface PushOptions {
  readonly type?: string
  readonly userOptions?: BroadcastOptions
  readonly [key: string]: unknown
}

export interface BroadcastOptions {
  /** Whether only bound sessions hear it. */
  readonly binded?: boolean
  readonly filterParam?: unknown
  readonly [key: string]: unknown
}
