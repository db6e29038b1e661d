import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  decodeMessage,
  decodePackets,
  maxPacketBodyBytes,
  parseProtos,
  RouteDictionary,
} from '@shaddock/protocol'
import type { CloseReason } from '@shaddock/protocol'
import { Groups } from '../../src/channel/groups.ts'
import { ConnectedSession } from '../../src/session/frontend.ts'
import { MessageFormats } from '../../src/session/message-format.ts'
import { SessionRegistry } from '../../src/session/registry.ts'
import type { Connection, Frame, Framing } from '../../src/transport/transport.ts'
import { closeReasons } from '../fixtures/raw-client.ts'

const owner = { id: 'chat-1', incarnation: 1, type: 'chat' }
const nextOwner = { id: 'chat-2', incarnation: 5, type: 'chat' }
const lastOwner = { id: 'chat-3', incarnation: 9, type: 'chat' }
const change = { kind: 'gone', server: owner } as const
const text = Buffer.from('{"text":"hi"}')

/** A kind of connection that counts what it frames. */
class CountingFraming implements Framing {
  framed = 0
  frame(packet: Uint8Array): Frame {
    this.framed++
    return packet as Frame
  }
}

/** The server's end of a connection to nobody. */
class Ear implements Connection {
  readonly framing: Framing
  readonly remoteAddress = 'nowhere'
  readonly bufferedBytes = 0
  readonly frames: Frame[] = []

  constructor(framing: Framing) {
    this.framing = framing
  }

  /** The routes of the pushes that were written. */
  get heard(): (string | undefined)[] {
    return this.frames.map((frame) => {
      const [packet] = decodePackets(frame, maxPacketBodyBytes)
      return decodeMessage(packet?.body ?? new Uint8Array()).route
    })
  }

  send(): void {
    assert.fail('a push is sent as a frame')
  }

  sendFrame(frame: Frame): void {
    this.frames.push(frame)
  }

  closed: CloseReason | undefined

  close(reason: CloseReason): void {
    this.closed = reason
  }
}

function createFrontend(formats = new MessageFormats({})) {
  const sessions = new SessionRegistry()
  const gone: string[] = []
  const adopted: string[] = []
  const unsent: string[] = []
  /** Whose all channels are, by the application's routes. */
  const routes = { owner }
  const groups = new Groups({
    sessions,
    ownerOf: () => routes.owner,
    onUnsendable: (route, error) => unsent.push(`${route}: ${String(error)}`),
    tellGone: (owner, { key, uid, join }) =>
      gone.push(`${owner.id}@${owner.incarnation} ${key} ${uid} ${join}`),
    tellAdopt: (owner, { name, uids }) =>
      adopted.push(`${owner.id}@${owner.incarnation} ${name} ${uids.join()}`),
  })
  const framing = new CountingFraming()
  async function connect(uid?: string, of: Framing = framing, client = {}) {
    const ear = new Ear(of)
    const session = new ConnectedSession({ id: 'front-1', incarnation: 1 }, sessions, ear)
    session.format = formats.of(of, client)
    if (uid !== undefined) await session.bind(uid)
    return { ear, session, close: () => session.end(closeReasons.client) }
  }
  let joins = 0
  const join = (key: string, uid: string, of = owner) => groups.join(key, { uid, number: ++joins, owner: of })
  /** Moves all channels to another server. */
  function move(to: typeof owner) {
    routes.owner = to
    for (const group of groups.ofType('chat')) groups.move(group, to, { change })
  }
  return { groups, gone, adopted, unsent, framing, connect, join, move }
}

test('a push is heard by the members of its group, and by nobody else', async () => {
  const { groups, connect, join } = createFrontend()
  const ada = await connect('ada')
  const bob = await connect('bob')
  join('lobby', 'ada')
  join('attic', 'bob')

  groups.push('lobby', 'onChat', text)
  groups.push('nowhere', 'onChat', text)

  assert.deepEqual([ada.ear.heard, bob.ear.heard], [['onChat'], []])
})

test('a push is framed once for all connections of a kind', async () => {
  const { groups, connect, join, framing } = createFrontend()
  const ears = []
  for (let n = 0; n < 50; n++) {
    ears.push((await connect(`user${n}`)).ear)
    join('lobby', `user${n}`)
  }

  groups.push('lobby', 'onChat', text)

  assert.equal(framing.framed, 1)
  assert.equal(new Set(ears.map((ear) => ear.frames[0])).size, 1)
})

test('connections of two kinds each get a frame of their own kind', async () => {
  const { groups, connect, join, framing } = createFrontend()
  const other = new CountingFraming()
  const ada = await connect('ada')
  const bob = await connect('bob', other)
  join('lobby', 'ada')
  join('lobby', 'bob')

  groups.push('lobby', 'onChat', text)

  assert.deepEqual([framing.framed, other.framed], [1, 1])
  assert.deepEqual([ada.ear.heard, bob.ear.heard], [['onChat'], ['onChat']])
})

test('a push of a route that the dictionary holds travels as its code', async () => {
  const dictionary = new RouteDictionary({ onChat: 7 })
  const { groups, connect, join } = createFrontend(new MessageFormats({ dictionary }))
  const { ear } = await connect('ada')
  join('lobby', 'ada')

  groups.push('lobby', 'onChat', text)

  const [frame] = ear.frames
  assert.equal(Buffer.from(frame ?? []).toString('hex', 4, 7), '070007')
})

const protos = { server: parseProtos({ onChat: { 'required string text': 1 } }), client: {}, version: 'v' }

test('members of two formats each get a frame of their own, made once', async () => {
  const { groups, connect, join, framing } = createFrontend(new MessageFormats({ protos }))
  const ears = []
  for (let n = 0; n < 6; n++) {
    const client = n % 2 === 0 ? { type: 'js-websocket' } : { type: 'ios' }
    ears.push((await connect(`user${n}`, framing, client)).ear)
    join('lobby', `user${n}`)
  }

  groups.push('lobby', 'onChat', Buffer.from('{"text":"😀"}'))

  assert.equal(framing.framed, 2)
  assert.equal(new Set(ears.map((ear) => ear.frames[0])).size, 2)
  const written = ears.map((ear) => Buffer.from(ear.frames[0] ?? []).toString('hex', 12))
  assert.deepEqual(written.slice(0, 2), ['0a06eda0bdedb880', '0a04f09f9880'])
})

test('a push that its definition does not fit is told of, and harms no other', async () => {
  const { groups, unsent, connect, join } = createFrontend(new MessageFormats({ protos }))
  const ada = await connect('ada')
  join('lobby', 'ada')

  groups.push('lobby', 'onChat', Buffer.from('{}'))
  groups.push('lobby', 'onOther', text)

  assert.deepEqual(unsent, ['onChat: TypeError: field text is required'])
  assert.deepEqual(ada.ear.heard, ['onOther'])
})

test('a session that has not shaken hands hears nothing', async () => {
  const { groups, connect, join } = createFrontend()
  const { ear, session } = await connect('ada')
  join('lobby', 'ada')
  session.format = undefined

  groups.push('lobby', 'onChat', text)

  assert.deepEqual(ear.heard, [])
})

test('who is bound nowhere joins nothing', async () => {
  const { groups, connect, join } = createFrontend()
  await connect()

  assert.equal(join('lobby', 'ada'), false)
  assert.equal(groups.size, 0)
})

test('who joins twice hears once', async () => {
  const { groups, connect, join } = createFrontend()
  const { ear } = await connect('ada')
  join('lobby', 'ada')
  join('lobby', 'ada')

  groups.push('lobby', 'onChat', text)

  assert.deepEqual(ear.heard, ['onChat'])
})

test('all sessions of a member hear, also one that is bound later', async () => {
  const { groups, connect, join } = createFrontend()
  const first = await connect('ada')
  join('lobby', 'ada')
  const second = await connect('ada')

  groups.push('lobby', 'onChat', text)

  assert.deepEqual([first.ear.heard, second.ear.heard], [['onChat'], ['onChat']])
})

test('when one of two sessions closes the other still hears, and nobody is gone', async () => {
  const { groups, gone, connect, join } = createFrontend()
  const first = await connect('ada')
  const second = await connect('ada')
  join('lobby', 'ada')

  first.close()
  groups.push('lobby', 'onChat', text)

  assert.deepEqual([first.ear.heard, second.ear.heard], [[], ['onChat']])
  assert.deepEqual(gone, [])
})

test('when the last session of a member closes, the owners of all its groups are told once, with its join', async () => {
  const { groups, gone, connect, join } = createFrontend()
  const ada = await connect('ada')
  await connect('bob')
  join('lobby', 'ada')
  join('attic', 'ada', { id: 'chat-2', incarnation: 2, type: 'chat' })
  join('lobby', 'bob')
  join('lobby', 'ada')

  ada.close()
  ada.close()

  assert.deepEqual(gone, ['chat-1@1 lobby ada 4', 'chat-2@2 attic ada 2'])
  assert.equal(groups.size, 1)
})

test('a session that is unbound leaves the groups of its uid, as if it had closed', async () => {
  const { groups, gone, connect, join } = createFrontend()
  const { session, ear } = await connect('ada')
  join('lobby', 'ada')

  await session.unbind()
  groups.push('lobby', 'onChat', text)
  await session.bind('ada')
  groups.push('lobby', 'onChat', text)

  assert.deepEqual(ear.heard, [])
  assert.deepEqual(gone, ['chat-1@1 lobby ada 1'])
  assert.equal(groups.size, 0)
})

test('who leaves hears no more, and its group ends with the last', async () => {
  const { groups, gone, connect, join } = createFrontend()
  const ada = await connect('ada')
  const bob = await connect('bob')
  join('lobby', 'ada')
  join('lobby', 'bob')

  groups.leave('lobby', 'ada')
  groups.leave('lobby', 'ada')
  groups.leave('nowhere', 'ada')
  groups.push('lobby', 'onChat', text)
  assert.deepEqual([ada.ear.heard, bob.ear.heard], [[], ['onChat']])
  groups.leave('lobby', 'bob')

  assert.equal(groups.size, 0)
  ada.close()
  assert.deepEqual(gone, [])
})

test("a group that moves is the next owner's, who is told of its members, and both are heard", async () => {
  const { groups, adopted, connect, join, move } = createFrontend()
  const { ear } = await connect('ada')
  await connect('bob')
  join('chat-1@1/lobby', 'ada')
  join('chat-1@1/lobby', 'bob')

  move(nextOwner)
  groups.push('chat-1@1/lobby', 'onOld', text)
  groups.push('chat-2@5/lobby', 'onNew', text)

  assert.deepEqual(adopted, ['chat-2@5 lobby ada,bob'])
  assert.deepEqual(ear.heard, ['onOld', 'onNew'])
})

test("who joins or leaves a group that has moved joins or leaves the next owner's too, who is told", async () => {
  const { groups, adopted, gone, connect, join, move } = createFrontend()
  const ada = await connect('ada')
  const bob = await connect('bob')
  join('chat-1@1/lobby', 'ada')
  move(nextOwner)

  join('chat-1@1/lobby', 'bob')
  groups.leave('chat-1@1/lobby', 'ada')
  groups.push('chat-2@5/lobby', 'onNew', text)

  assert.deepEqual(adopted, ['chat-2@5 lobby ada', 'chat-2@5 lobby bob'])
  assert.deepEqual(gone, ['chat-2@5 chat-2@5/lobby ada 0'])
  assert.deepEqual([ada.ear.heard, bob.ear.heard], [[], ['onNew']])
})

test("who joins late a group that has moved, and that everybody has left, joins the next owner's", async () => {
  const { groups, adopted, connect, join, move } = createFrontend()
  const ada = await connect('ada')
  const bob = await connect('bob')
  join('chat-1@1/lobby', 'ada')
  const [moved] = groups.ofType('chat')
  move(nextOwner)
  ada.close()

  join('chat-1@1/lobby', 'bob')
  groups.push('chat-2@5/lobby', 'onNew', text)

  assert.deepEqual(adopted, ['chat-2@5 lobby ada', 'chat-2@5 lobby bob'])
  assert.deepEqual(bob.ear.heard, ['onNew'])
  groups.retire(moved!)
  assert.equal(groups.size, 1)
})

test('who joins late a group that has moved twice joins that of the last owner, and no other', async () => {
  const { adopted, connect, join, move } = createFrontend()
  await connect('ada')
  await connect('bob')
  join('chat-1@1/lobby', 'ada')
  move(nextOwner)
  move(lastOwner)

  join('chat-1@1/lobby', 'bob')

  assert.deepEqual(adopted.slice(2), ['chat-3@9 lobby bob'])
})

test('who joins a group that everybody had left when its next owner died is in the one that it is now', async () => {
  const { groups, adopted, connect, join, move } = createFrontend()
  const ada = await connect('ada')
  const bob = await connect('bob')
  join('chat-1@1/lobby', 'ada')
  move(nextOwner)
  ada.close()
  // nothing of the channel is there to be moved when chat-2 dies
  move(owner)
  adopted.length = 0

  join('chat-1@1/lobby', 'bob')
  groups.push('chat-1@1/lobby', 'onChat', text)

  assert.deepEqual([adopted, bob.ear.heard], [[], ['onChat']])
  const [group] = groups.ofType('chat')
  assert.equal(groups.retire(group!), false)
})

test('a group that has moved is forgotten when it retires, unless it has moved back', async () => {
  const { groups, connect, join } = createFrontend()
  const { ear } = await connect('ada')
  join('chat-1@1/lobby', 'ada')
  const [first] = groups.ofType('chat')
  groups.move(first!, nextOwner, { change })
  const [second] = groups.ofType('chat')
  groups.move(second!, owner, { change })

  groups.retire(first!)
  groups.retire(second!)
  groups.push('chat-1@1/lobby', 'onOld', text)
  groups.push('chat-2@5/lobby', 'onNew', text)

  assert.deepEqual(ear.heard, ['onOld'])
  assert.equal(groups.size, 1)
})

test("a group whose owner is back, and that was nobody else's meanwhile, stays: its members are named", async () => {
  const { groups, adopted, connect, join } = createFrontend()
  const { ear } = await connect('ada')
  join('chat-1@1/lobby', 'ada')
  const [group] = groups.ofType('chat')

  groups.move(group!, owner, { change: { kind: 'joined', server: owner } })
  const isRetired = groups.retire(group!)
  groups.push('chat-1@1/lobby', 'onChat', text)

  assert.deepEqual([adopted, isRetired, ear.heard], [['chat-1@1 lobby ada'], false, ['onChat']])
})

test('a group that is removed is heard no more', async () => {
  const { groups, connect, join } = createFrontend()
  const { ear } = await connect('ada')
  join('chat-1@1/lobby', 'ada')
  const [lost] = groups.ofType('chat')
  groups.move(lost!, nextOwner, { change })

  groups.remove(lost!)
  groups.push('chat-1@1/lobby', 'onOld', text)
  groups.push('chat-2@5/lobby', 'onNew', text)

  assert.deepEqual(ear.heard, ['onNew'])
})

test('who has left since a channel moved does not come back with it', async () => {
  const { groups, adopted, gone, connect, join, move } = createFrontend()
  await connect('ada')
  await connect('bob')
  join('chat-1@1/lobby', 'ada')
  join('chat-1@1/lobby', 'bob')
  const [first] = groups.ofType('chat')
  move(nextOwner)
  groups.leave('chat-2@5/lobby', 'ada')

  move(owner)

  assert.deepEqual(adopted.at(-1), 'chat-1@1 lobby bob')
  assert.deepEqual([[...first!.uids.keys()], gone], [['bob'], []])
})

test('a push to users is heard by all their sessions once, in a group or not', async () => {
  const { groups, connect } = createFrontend()
  const ears = [await connect('ada'), await connect('ada'), await connect('bob'), await connect('cy')]

  groups.pushToUids(['ada', 'bob', 'ada', 'nobody'], 'onTell', text)

  assert.deepEqual(
    ears.map(({ ear }) => ear.heard.length),
    [1, 1, 1, 0],
  )
})

test('a push to all is heard by every session that is bound', async () => {
  const { groups, connect } = createFrontend()
  const ears = [await connect('ada'), await connect(), await connect('bob')]

  groups.pushToAll('onNews', text)

  assert.deepEqual(
    ears.map(({ ear }) => ear.heard.length),
    [1, 0, 1],
  )
})
