import type { Membership } from '../cluster/membership.ts'
import type { Rpc } from '../cluster/rpc.ts'
import type { Log } from '../log.ts'
import type { SessionClaims } from '../session/frontend.ts'
import type { SessionRegistry } from '../session/registry.ts'
import type { TimerWheel } from '../timer-wheel.ts'
import { ClaimHome } from './claim-home.ts'
import { Claims } from './claims.ts'
import { Roster } from './roster.ts'

export interface SecondLoginOptions {
  readonly policy: 'newest' | 'refuse'
  readonly membership: Membership
  readonly rpc: Rpc
  readonly sessions: SessionRegistry
  readonly timers: TimerWheel
  readonly callTimeoutMs: number
  readonly log: Log
}

/** Longer than news of who has come or gone takes, and not too long for a user to wait. */
const patienceMs = 1_000

/** Returns what sees to it that a user is logged in once, on all frontends together. */
export function createClaims(options: SecondLoginOptions): SessionClaims {
  const { membership, timers, log } = options
  const { self } = membership
  const roster = new Roster(timers)
  const parts = { ...options, self, roster, patienceMs }
  const home = new ClaimHome(parts)
  const claims = new Claims(parts)
  roster.onView = (view, previous) => {
    home
      .onView(view, previous)
      .catch((error: unknown) => log.error({ err: error }, 'claims could not be swept'))
    claims.onView(view).catch((error: unknown) => log.error({ err: error }, 'claims could not be restored'))
  }
  const see = () => {
    const others = membership.all().filter((server) => server.frontend && server.id !== self.id)
    // also before it has joined: it will have when anybody logs in
    roster.see([...others, self])
  }
  membership.onChange(see)
  see()
  return claims
}
