/** A call to another server: what its filters see. */
export interface RpcMessage {
  /** `user` for an application's remotes, `sys` for the framework's. */
  namespace: string
  serverType?: string
  service: string
  method: string
  args: unknown[]
}

/** Calls a server, and calls back with what the remote called back with, or with an error. */
export type RpcInvoke = (serverId: string, message: RpcMessage, callback?: unknown) => void

/** How a remote's call back travels: an error in the first place, which JSON would make `{}` of, keeps what it says. */
export function encodeOutcome(args: readonly unknown[]): unknown[] {
  return args.map((arg) =>
    arg instanceof Error ? Object.assign({ message: arg.message, stack: arg.stack }, arg) : arg,
  )
}
