import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startCluster } from 'shaddock/testing'
import type { Cluster } from 'shaddock/testing'
import chat from '../game-server/app.ts'
import type { Chat } from '../game-server/app/contract.ts'

const servers = { gate: 1, connector: 2, chat: 2 }
const rooms = Array.from({ length: 10 }, (_, n) => `room${n}`)

async function enter(cluster: Cluster<Chat>, username: string, rid: string, connector: string) {
  const client = await cluster.connect(connector)
  const heard: string[] = []
  client.on('onChat', ({ msg }) => heard.push(msg))
  await client.request('connector.entryHandler.enter', { username, rid })
  return {
    rid,
    client,
    heard,
    say: (content: string) => client.request('chat.chatHandler.send', { content, target: '*' }),
  }
}

/** Two people in each of ten rooms, one on each connector. */
async function fill(cluster: Cluster<Chat>) {
  return Promise.all(
    rooms.map(async (rid) => ({
      rid,
      ada: await enter(cluster, 'ada', rid, 'connector-1'),
      bob: await enter(cluster, 'bob', rid, 'connector-2'),
    })),
  )
}

type Room = Awaited<ReturnType<typeof fill>>[number]

/** Who is in a room, for the server that it is on. */
function membersOf(cluster: Cluster<Chat>, rid: string): string[][] {
  return cluster.servers
    .filter((id) => id.startsWith('chat'))
    .map((id) => cluster.app(id).channels.get(rid).members())
    .filter((members) => members.length > 0)
}

async function assertTalks(cluster: Cluster<Chat>, filled: readonly Room[], word: string): Promise<void> {
  await Promise.all(filled.flatMap(({ ada, bob }) => [ada.say(`a ${word}`), bob.say(`b ${word}`)]))
  for (const { rid, ada, bob } of filled) {
    assert.deepEqual(ada.heard.splice(0).toSorted(), [`a ${word}`, `b ${word}`], `${rid}: ada`)
    assert.deepEqual(bob.heard.splice(0).toSorted(), [`a ${word}`, `b ${word}`], `${rid}: bob`)
    assert.deepEqual(
      membersOf(cluster, rid).map((members) => members.toSorted()),
      [[`ada*${rid}`, `bob*${rid}`]],
    )
  }
}

test('when a chat server dies, its rooms go on at once on the other, with all who are in them', async () => {
  await using cluster = await startCluster(chat, servers)
  const filled = await fill(cluster)

  await cluster.crash('chat-1')

  await assertTalks(cluster, filled, 'after the crash')
})

test('rooms that lose all chat servers go on when one is back', async () => {
  await using cluster = await startCluster(chat, { ...servers, chat: 1 })
  const filled = await fill(cluster)

  await cluster.crash('chat-1')
  await cluster.restart('chat-1')

  await assertTalks(cluster, filled, 'after the restart')
})

test('when a chat server joins, the rooms that become its own move to it, whole', async () => {
  await using cluster = await startCluster(chat, servers)
  const filled = await fill(cluster)

  await cluster.add('chat')

  await assertTalks(cluster, filled, 'after the move')
  assert.ok(cluster.app('chat-3').channels.all().length > 0)
})

test('when a chat server stops in order, its rooms move, whole', async () => {
  await using cluster = await startCluster(chat, servers)
  const filled = await fill(cluster)

  await cluster.stop('chat-1')

  await assertTalks(cluster, filled, 'after the stop')
})

test('no message is lost, doubled or out of order while chat servers come and go in order', async () => {
  await using cluster = await startCluster(chat, servers)
  const filled = await fill(cluster)
  let talking = true
  const talkers = filled
    .flatMap(({ ada, bob }) => [
      { name: 'a', who: ada },
      { name: 'b', who: bob },
    ])
    .map(async ({ name, who }) => {
      let count = 0
      while (talking) {
        await who.say(`${name}${count}`)
        count++
      }
      return count
    })

  await cluster.add('chat')
  await cluster.stop('chat-1')
  await cluster.restart('chat-1')
  await cluster.stop('chat-2')
  talking = false
  const counts = await Promise.all(talkers)
  await assertQuiet(filled)

  filled.forEach(({ rid, ada, bob }, n) => {
    for (const { heard } of [ada, bob]) {
      for (const [at, name] of ['a', 'b'].entries()) {
        const said = Array.from({ length: counts[2 * n + at]! }, (_, count) => `${name}${count}`)
        assert.deepEqual(
          heard.filter((msg) => msg.startsWith(name)),
          said,
          `${rid}: what ${name} said`,
        )
      }
    }
  })
})

/** Everybody has heard all that was said: a word that each says last comes behind it. */
async function assertQuiet(filled: readonly Room[]): Promise<void> {
  await Promise.all(filled.flatMap(({ ada, bob }) => [ada.say('last'), bob.say('last')]))
  for (const { ada, bob } of filled)
    for (const { heard } of [ada, bob]) assert.equal(heard.filter((msg) => msg === 'last').length, 2)
}
