import assert from 'node:assert/strict'
import { test } from 'node:test'
import { closeReasons } from '@shaddock/protocol'
import { createMemoryNetwork } from '../../src/bus/memory.ts'
import type { MemoryNetwork } from '../../src/bus/memory.ts'
import { rendezvous } from '../../src/dispatch/router.ts'
import { ConnectedSession } from '../../src/session/frontend.ts'
import { SessionRegistry } from '../../src/session/registry.ts'
import { ClaimHome } from '../../src/system/claim-home.ts'
import { Claims } from '../../src/system/claims.ts'
import { Roster } from '../../src/system/roster.ts'
import { TimerWheel } from '../../src/timer-wheel.ts'
import { infoOf } from '../cluster/network.ts'
import { openPeer } from '../cluster/peers.ts'
import type { Peer } from '../cluster/peers.ts'
import { connectPair } from '../fixtures/connection.ts'

type Policy = 'newest' | 'refuse'

interface Options {
  readonly policy: Policy
  /** Long enough that nothing is decided for want of patience, unless a test says otherwise. */
  readonly patienceMs?: number
  readonly callTimeoutMs?: number
}

/** Frontends of which each sees those that the test says. */
class Frontends implements AsyncDisposable {
  readonly network: MemoryNetwork = createMemoryNetwork()
  readonly #options: Options
  readonly #all: Frontend[] = []

  constructor(options: Options) {
    this.#options = options
  }

  async open(id: string): Promise<Frontend> {
    const frontend = new Frontend(await openPeer(this.network, id), this.#options)
    this.#all.push(frontend)
    return frontend
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { timers, peer } of this.#all) {
      timers.close()
      await peer[Symbol.asyncDispose]()
    }
  }
}

class Frontend {
  readonly peer: Peer
  readonly timers = new TimerWheel({ tickMs: 5 })
  readonly roster = new Roster(this.timers)
  readonly registry = new SessionRegistry()
  readonly home: ClaimHome

  constructor(peer: Peer, { policy, patienceMs = 60_000, callTimeoutMs = 60_000 }: Options) {
    this.peer = peer
    peer.rpc.serve('ping', async () => new Uint8Array())
    const { rpc, address, log } = peer
    const parts = { rpc, self: address, roster: this.roster, sessions: this.registry, log }
    this.home = new ClaimHome({ ...parts, policy, patienceMs })
    const claims = new Claims({ ...parts, patienceMs, callTimeoutMs })
    this.registry.claims = claims
    this.roster.onView = (view, previous) => {
      void this.home.onView(view, previous)
      void claims.onView(view)
    }
  }

  see(...frontends: readonly Frontend[]): void {
    this.roster.see(frontends.map(({ peer }) => infoOf(peer.address.id)))
  }

  async connect(): Promise<ConnectedSession> {
    const { connection } = await connectPair((reason) => session.end(reason))
    const session: ConnectedSession = new ConnectedSession(this.peer.address, this.registry, connection)
    return session
  }

  async login(uid: string): Promise<ConnectedSession> {
    const session = await this.connect()
    await session.bind(uid)
    return session
  }

  /** Resolves when another has received all that this one has said. */
  async reach(other: Frontend): Promise<void> {
    await this.peer.call(other.peer, 'ping')
  }
}

function seeOneAnother(...frontends: readonly Frontend[]): void {
  for (const frontend of frontends) frontend.see(...frontends)
}

/** Returns a uid whose home is the last of the frontends of each view. */
function uidAt(...views: readonly (readonly Frontend[])[]): string {
  const infos = views.map((view) => view.map(({ peer }) => infoOf(peer.address.id)))
  for (let n = 0; ; n++) {
    if (infos.every((frontends) => rendezvous(`user${n}`, frontends) === frontends.at(-1))) return `user${n}`
  }
}

test('a home that has just become one waits until all frontends have named their claims', async () => {
  await using frontends = new Frontends({ policy: 'refuse' })
  const one = await frontends.open('front-1')
  const two = await frontends.open('front-2')
  const three = await frontends.open('front-3')
  seeOneAnother(one, two)
  const uid = uidAt([one, two, three])
  await one.login(uid)

  two.see(one, two, three)
  three.see(one, two, three)
  const second = two.login(uid)
  await two.reach(three)
  one.see(one, two, three)

  await assert.rejects(second, { code: 'DENIED' })
})

test('a home does not decide for who sees other frontends than it does', async () => {
  await using frontends = new Frontends({ policy: 'refuse' })
  const one = await frontends.open('front-1')
  const two = await frontends.open('front-2')
  const three = await frontends.open('front-3')
  seeOneAnother(one, two, three)
  const uid = uidAt([one, two, three])
  await one.login(uid)

  two.see(one, two)
  const second = two.login(uid)
  await two.reach(one)
  two.see(one, two, three)

  await assert.rejects(second, { code: 'DENIED' })
})

test('what a home has granted does not count when it is the home no more', async () => {
  await using frontends = new Frontends({ policy: 'refuse' })
  const one = await frontends.open('front-1')
  const two = await frontends.open('front-2')
  const three = await frontends.open('front-3')
  seeOneAnother(one, two)
  const uid = uidAt([one, two], [one, two, three])

  const session = await one.connect()
  const binding = session.bind(uid)
  while (two.home.size === 0) await new Promise(setImmediate)
  assert.equal(session.uid, null, 'the answer is on its way')
  seeOneAnother(one, two, three)
  await binding

  await assert.rejects(two.login(uid), { code: 'DENIED' })
})

test('a home takes no claims of a view that it does not have: it would forget them with the next', async () => {
  await using frontends = new Frontends({ policy: 'refuse' })
  const one = await frontends.open('front-1')
  const two = await frontends.open('front-2')
  const three = await frontends.open('front-3')
  const four = await frontends.open('front-4')
  seeOneAnother(one, two)
  const uid = uidAt([one, two, three])
  await one.login(uid)
  three.see(three)

  one.see(one, two, three)
  two.see(one, two, three)
  await one.reach(three)
  // nothing is its own now
  three.see(four)
  await new Promise(setImmediate)
  three.see(one, two, three)

  await assert.rejects(two.login(uid), { code: 'DENIED' })
})

for (const policy of ['newest', 'refuse'] as const) {
  test(`of two sessions of frontends that had lost sight of one another the newest stays: ${policy}`, async () => {
    await using frontends = new Frontends({ policy })
    const one = await frontends.open('front-1')
    const two = await frontends.open('front-2')
    for (const [first, second] of [
      [one, two],
      [two, one],
    ] as const) {
      one.see(one)
      two.see(two)
      const uid = `user of ${first.peer.address.id}`
      const older = await first.login(uid)
      const { promise: closed, resolve } = Promise.withResolvers<unknown>()
      older.onClose(resolve)
      for (const now = Date.now(); Date.now() === now;) await new Promise(setImmediate)
      const newer = await second.login(uid)

      seeOneAnother(one, two)

      assert.equal(await closed, closeReasons.replaced)
      assert.equal(newer.closed, false)
    }
  })
}

for (const policy of ['newest', 'refuse'] as const) {
  test(`a frontend that was away, and does not know it, loses what is another's now: ${policy}`, async () => {
    await using frontends = new Frontends({ policy })
    const away = await frontends.open('front-1')
    const other = await frontends.open('front-2')
    seeOneAnother(away, other)
    // one whose home was the other all the time, and one whose home it was itself
    for (const uid of [uidAt([away, other]), uidAt([other, away])]) {
      const older = await away.login(uid)
      const { promise: closed, resolve } = Promise.withResolvers<unknown>()
      older.onClose(resolve)
      for (const now = Date.now(); Date.now() === now;) await new Promise(setImmediate)

      other.see(other)
      const newer = await other.login(uid)
      other.see(away, other)

      assert.equal(await closed, closeReasons.replaced)
      assert.equal(newer.closed, false)
    }
  })
}

test('thousands of claims are named to a new home, in parts', async () => {
  await using frontends = new Frontends({ policy: 'refuse' })
  const one = await frontends.open('front-1')
  const two = await frontends.open('front-2')
  one.see(one)
  const uids = Array.from({ length: 4_500 }, (_, n) => `user${n}`)
  for (const uid of uids) await one.login(uid)

  seeOneAnother(one, two)

  await assert.rejects(two.login('user4499'), { code: 'DENIED' })
  for (const uid of uids.filter((_, n) => n % 250 === 0))
    await assert.rejects(two.login(uid), { code: 'DENIED' })
  assert.ok(one.home.size > 2_000 && two.home.size > 2_000, `${one.home.size}, ${two.home.size}`)
  assert.equal(one.home.size + two.home.size, 4_500)
})

test('a home forgets who has left', async () => {
  await using frontends = new Frontends({ policy: 'refuse' })
  const one = await frontends.open('front-1')
  const two = await frontends.open('front-2')
  seeOneAnother(one, two)
  const uid = uidAt([one, two])
  const session = await one.login(uid)
  assert.equal(two.home.size, 1)

  session.end(closeReasons.client)
  await one.reach(two)

  assert.equal(two.home.size, 0)
})

test('a home forgets who was refused, and who closed while it decided', async () => {
  await using frontends = new Frontends({ policy: 'refuse' })
  const one = await frontends.open('front-1')
  const two = await frontends.open('front-2')
  seeOneAnother(one, two)
  const uid = uidAt([one, two])

  const closing = await one.connect()
  const binding = assert.rejects(closing.bind(uid), { code: 'GONE' })
  closing.end(closeReasons.client)
  await binding
  await one.reach(two)
  await one.reach(two)

  assert.equal(two.home.size, 0)
})

test('a bind whose home is lost goes to the next home', async () => {
  await using frontends = new Frontends({ policy: 'refuse' })
  const one = await frontends.open('front-1')
  const two = await frontends.open('front-2')
  seeOneAnother(one, two)
  const uid = uidAt([one, two])

  frontends.network.crash(two.peer.bus)
  const binding = one.login(uid)
  one.see(one)

  assert.equal((await binding).uid, uid)
})

test('a bind whose home does not answer fails at its deadline', async () => {
  await using frontends = new Frontends({ policy: 'refuse', callTimeoutMs: 60 })
  const one = await frontends.open('front-1')
  const two = await frontends.open('front-2')
  seeOneAnother(one, two)
  two.peer.rpc.serve('$claims.claim', () => new Promise<never>(() => undefined))
  const session = await one.connect()

  await assert.rejects(session.bind(uidAt([one, two])), { code: 'TIMEOUT' })

  assert.equal(session.uid, null)
  assert.equal(session.claimedUid, null)
})

test('servers that never agree on who is there do not keep users out', async () => {
  await using frontends = new Frontends({ policy: 'refuse', patienceMs: 60 })
  const one = await frontends.open('front-1')
  const two = await frontends.open('front-2')
  one.see(one, two)
  two.see(two)

  const session = await one.login(uidAt([one, two]))

  assert.equal(session.closed, false)
})

test('a frontend that does not name its claims does not keep users out', async () => {
  await using frontends = new Frontends({ policy: 'refuse', patienceMs: 60 })
  const one = await frontends.open('front-1')
  const two = await frontends.open('front-2')
  const mute = await frontends.open('front-3')
  for (const frontend of [one, two]) frontend.see(mute, one, two)

  const session = await one.login(uidAt([mute, one, two]))

  assert.equal(session.closed, false)
})

/** A user on a frontend that, from then on, does nothing any more. */
async function openStuck(policy: Policy) {
  const frontends = new Frontends({ policy, patienceMs: 60 })
  const one = await frontends.open('front-1')
  const two = await frontends.open('front-2')
  seeOneAnother(one, two)
  const uid = uidAt([one, two])
  await one.login(uid)
  for (const name of ['isHeld', 'replace'])
    one.peer.rpc.serve(`$claims.${name}`, () => new Promise<never>(() => undefined))
  return { uid, two, [Symbol.asyncDispose]: () => frontends[Symbol.asyncDispose]() }
}

test('while the frontend of a user does not answer, a second login is refused', async () => {
  await using stuck = await openStuck('refuse')

  await assert.rejects(stuck.two.login(stuck.uid), { code: 'DENIED' })
})

test('while the frontend of a user does not answer, the newest login is let in', async () => {
  await using stuck = await openStuck('newest')

  assert.equal((await stuck.two.login(stuck.uid)).uid, stuck.uid)
})
