import type { Session } from '../session/session.ts'

/** A push that is made and not sent yet: what schedulers and `broadcastFilter` pass around. */
export class EncodedPush {
  readonly route: string
  readonly message: unknown

  constructor(route: string, message: unknown) {
    this.route = route
    this.message = message
  }
}

/** Sends a push to sessions of this server now. */
export type SendNow = (sessions: readonly Session[], push: EncodedPush) => void
