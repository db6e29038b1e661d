import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RequestError } from '@shaddock/client'
import { startCluster } from 'shaddock/testing'
import type { Cluster } from 'shaddock/testing'
import chat from '../game-server/app.ts'
import type { Chat } from '../game-server/app/contract.ts'

const servers = { gate: 1, connector: 2, chat: 2 }

async function enter(cluster: Cluster<Chat>, username: string, rid = 'lobby', connector = 'connector-1') {
  const client = await cluster.connect(connector)
  const { users } = await client.request('connector.entryHandler.enter', { username, rid })
  return {
    client,
    users,
    say: (content: string, target = '*') => client.request('chat.chatHandler.send', { content, target }),
  }
}

function failsWith(code: number, body: object = {}) {
  return (error: unknown) => {
    assert.ok(error instanceof RequestError)
    assert.equal(error.code, code)
    assert.partialDeepStrictEqual(error.body, body)
    return true
  }
}

test('the gate names a connector that is there, the same for the same uid', async () => {
  await using cluster = await startCluster(chat, servers)
  const gate = await cluster.connect('gate')
  const ask = (uid: string) => gate.request('gate.gateHandler.queryEntry', { uid })

  const answer = await ask('ada')

  assert.equal(answer.code, 200)
  assert.deepEqual(await ask('ada'), answer)
  const hosts = await Promise.all(Array.from({ length: 50 }, async (_, n) => (await ask(`user${n}`)).host))
  assert.deepEqual(new Set(hosts), new Set(['connector-1', 'connector-2']))
})

/** Returns every connector that the gate names to some users. */
async function namedConnectors(cluster: Cluster<Chat>): Promise<string[]> {
  const gate = await cluster.connect('gate')
  const named = new Set<string>()
  for (let n = 0; n < 20; n++) {
    const { host, others } = await gate.request('gate.gateHandler.queryEntry', { uid: `user${n}` })
    for (const connector of [host, ...others.map((other) => other.host)]) named.add(connector)
  }
  return [...named].sort()
}

test('the gate names the other connectors too, in case the first is not there', async () => {
  await using cluster = await startCluster(chat, { ...servers, connector: 5 })
  const gate = await cluster.connect('gate')

  const { host, others } = await gate.request('gate.gateHandler.queryEntry', { uid: 'ada' })

  assert.equal(new Set([host, ...others.map((other) => other.host)]).size, 3)
})

test('the gate never names a connector that is gone', async () => {
  await using cluster = await startCluster(chat, servers)
  assert.deepEqual(await namedConnectors(cluster), ['connector-1', 'connector-2'])

  await cluster.crash('connector-1')

  assert.deepEqual(await namedConnectors(cluster), ['connector-2'])
})

test('the gate never names a connector that is stopping, from before its people are sent away', async () => {
  await using cluster = await startCluster(chat, servers)
  const { client } = await enter(cluster, 'ada')
  const named = new Promise<readonly [reason: string | undefined, connectors: string[]]>((resolve) =>
    client.onState((_, reason) => resolve(namedConnectors(cluster).then((all) => [reason?.reason, all]))),
  )

  const stopping = cluster.stop('connector-1')

  assert.deepEqual(await named, ['shutdown', ['connector-2']])
  await stopping
})

test('with no connector the gate says so', async () => {
  await using cluster = await startCluster(chat, { gate: 1 })
  const gate = await cluster.connect('gate')

  await assert.rejects(gate.request('gate.gateHandler.queryEntry', { uid: 'ada' }), failsWith(503))
})

for (const message of [{}, { uid: '' }, { uid: 1 }]) {
  test(`the gate answers ${JSON.stringify(message)} with 500`, async () => {
    await using cluster = await startCluster(chat, servers)
    const gate = await cluster.connect('gate')

    await assert.rejects(
      gate.request('gate.gateHandler.queryEntry', message as { uid: string }),
      failsWith(500),
    )
  })
}

test('who enters is told who is there, and they are told who enters', async () => {
  await using cluster = await startCluster(chat, servers)
  const ada = await enter(cluster, 'ada')

  const bob = await enter(cluster, 'bob', 'lobby', 'connector-2')

  assert.deepEqual(ada.users, ['ada'])
  assert.deepEqual(bob.users, ['ada', 'bob'])
  assert.deepEqual(await ada.client.next('onAdd'), { user: 'ada' })
  assert.deepEqual(await ada.client.next('onAdd'), { user: 'bob' })
})

test('a name that is taken in the room is refused, in another room it is not', async () => {
  await using cluster = await startCluster(chat, servers)
  await enter(cluster, 'ada')

  await assert.rejects(enter(cluster, 'ada', 'lobby', 'connector-2'), failsWith(500, { error: true }))
  await assert.rejects(enter(cluster, 'ada', 'lobby', 'connector-1'), failsWith(500, { error: true }))

  assert.deepEqual((await enter(cluster, 'ada', 'kitchen')).users, ['ada'])
})

test('who asks for a taken name hears nothing that is meant for its owner', async () => {
  await using cluster = await startCluster(chat, servers)
  const ada = await enter(cluster, 'ada')
  const bob = await enter(cluster, 'bob')
  const eve = await cluster.connect('connector-1')

  for (let n = 0; n < 50; n++) {
    const refused = assert.rejects(
      eve.request('connector.entryHandler.enter', { username: 'ada', rid: 'lobby' }),
    )
    await bob.say(`psst ${n}`, 'ada')
    await refused
  }

  assert.equal(ada.client.heard('onChat').length, 50)
  assert.deepEqual(eve.heard('onChat'), [])
})

test('of many who want one name at once, one gets it', async () => {
  await using cluster = await startCluster(chat, servers)

  const entered = await Promise.allSettled(
    Array.from({ length: 10 }, (_, n) => enter(cluster, 'ada', 'lobby', `connector-${1 + (n % 2)}`)),
  )

  assert.equal(entered.filter(({ status }) => status === 'fulfilled').length, 1)
})

test('who is refused may try again on the same connection', async () => {
  await using cluster = await startCluster(chat, servers)
  await enter(cluster, 'ada')
  const client = await cluster.connect('connector-1')
  await assert.rejects(client.request('connector.entryHandler.enter', { username: 'ada', rid: 'lobby' }))

  const { users } = await client.request('connector.entryHandler.enter', { username: 'eve', rid: 'lobby' })

  assert.deepEqual(users, ['ada', 'eve'])
})

test('who is in a room cannot enter a second one, and stays in the first', async () => {
  await using cluster = await startCluster(chat, servers)
  const ada = await enter(cluster, 'ada')

  await assert.rejects(
    ada.client.request('connector.entryHandler.enter', { username: 'ada', rid: 'kitchen' }),
    failsWith(403),
  )

  await assert.rejects(
    ada.client.request('connector.entryHandler.enter', { username: 'ada', rid: 'lobby' }),
    failsWith(500, { error: true }),
  )
  await ada.say('still here')
  assert.equal((await ada.client.next('onChat')).msg, 'still here')
})

for (const name of [
  '',
  'a'.repeat(21),
  'a b',
  'a*b',
  'a/b',
  '<b>',
  'é😀',
  'a\n',
  null,
  1,
  ['ada'],
  { toString: 'ada' },
]) {
  test(`${JSON.stringify(name)} is neither a name nor a room`, async () => {
    await using cluster = await startCluster(chat, servers)

    await assert.rejects(enter(cluster, name as string), failsWith(400))
    await assert.rejects(enter(cluster, 'ada', name as string), failsWith(400))
  })
}

test('letters, digits, _ and CJK make a name', async () => {
  await using cluster = await startCluster(chat, servers)
  for (const name of ['a', 'Ada_9', '王小明', 'ピエール', '김철수', 'a'.repeat(20)]) {
    assert.equal((await enter(cluster, name)).users.includes(name), true)
  }
})

test('a message to everyone reaches every member of the room, and nobody else', async () => {
  await using cluster = await startCluster(chat, servers)
  const ada = await enter(cluster, 'ada')
  const bob = await enter(cluster, 'bob', 'lobby', 'connector-2')
  const eve = await enter(cluster, 'eve', 'kitchen')

  await bob.say('hello 😀 你好 <b>')
  await eve.say('alone')

  const message = { from: 'bob', target: '*', msg: 'hello 😀 你好 <b>' }
  assert.deepEqual(await ada.client.next('onChat'), message)
  assert.deepEqual(await bob.client.next('onChat'), message)
  assert.equal((await eve.client.next('onChat')).msg, 'alone')
  assert.deepEqual(eve.client.heard('onChat'), [])
})

test('a message to one reaches that one alone', async () => {
  await using cluster = await startCluster(chat, servers)
  const ada = await enter(cluster, 'ada')
  const bob = await enter(cluster, 'bob', 'lobby', 'connector-2')
  const eve = await enter(cluster, 'eve')

  await ada.say('psst', 'bob')
  await ada.say('hello')

  assert.deepEqual(await bob.client.next('onChat'), { from: 'ada', target: 'bob', msg: 'psst' })
  assert.equal((await eve.client.next('onChat')).msg, 'hello')
  assert.equal((await ada.client.next('onChat')).msg, 'hello')
})

test('an unknown target, nothing to say, and who is in no room are refused', async () => {
  await using cluster = await startCluster(chat, servers)
  const ada = await enter(cluster, 'ada')
  const stranger = await cluster.connect('connector')

  await assert.rejects(ada.say('hello', 'nobody'), failsWith(404))
  await assert.rejects(ada.say(''), failsWith(400))
  await assert.rejects(
    ada.client.request('chat.chatHandler.send', { content: 1 as never, target: '*' }),
    failsWith(400),
  )
  await assert.rejects(
    stranger.request('chat.chatHandler.send', { content: 'hello', target: '*' }),
    failsWith(403),
  )
})

test('all members of a room hear its messages in one order', async () => {
  await using cluster = await startCluster(chat, servers)
  const people = await Promise.all(
    Array.from({ length: 8 }, (_, n) => enter(cluster, `user${n}`, 'lobby', `connector-${1 + (n % 2)}`)),
  )
  const each = 25

  await Promise.all(
    people.map(async ({ say }, n) => Promise.all(Array.from({ length: each }, (_, m) => say(`${n}:${m}`)))),
  )

  const heard = await Promise.all(
    people.map(async ({ client }) => {
      const messages: string[] = []
      while (messages.length < people.length * each) messages.push((await client.next('onChat')).msg)
      return messages
    }),
  )
  for (const messages of heard) assert.deepEqual(messages, heard[0])
  for (let n = 0; n < people.length; n++) {
    const own = heard[0]?.filter((message) => message.startsWith(`${n}:`))
    assert.deepEqual(
      own,
      Array.from({ length: each }, (_, m) => `${n}:${m}`),
    )
  }
})

test('who leaves is taken out and the others are told once', async () => {
  await using cluster = await startCluster(chat, servers)
  const ada = await enter(cluster, 'ada')
  const bob = await enter(cluster, 'bob', 'lobby', 'connector-2')

  bob.client.close()

  assert.deepEqual(await ada.client.next('onLeave'), { user: 'bob' })
  assert.deepEqual((await enter(cluster, 'bob')).users, ['ada', 'bob'])
  assert.deepEqual(ada.client.heard('onLeave'), [])
})

test('everybody on a connector that dies leaves the room at once', async () => {
  await using cluster = await startCluster(chat, servers)
  const ada = await enter(cluster, 'ada')
  await enter(cluster, 'bob', 'lobby', 'connector-2')
  await enter(cluster, 'eve', 'lobby', 'connector-2')

  await cluster.crash('connector-2')

  const left = [await ada.client.next('onLeave'), await ada.client.next('onLeave')]
  assert.deepEqual(left.map(({ user }) => user).sort(), ['bob', 'eve'])
  assert.deepEqual((await enter(cluster, 'bob')).users, ['ada', 'bob'])
})

test('the remotes add, get and kick', async () => {
  await using cluster = await startCluster(chat, servers)
  const ada = await enter(cluster, 'ada')
  const { chatRemote } = cluster.app('gate-1').rpc.chat

  assert.deepEqual(await chatRemote.get('lobby', 'lobby'), ['ada'])
  await chatRemote.kick('lobby', 'ada*lobby', 'connector-1', 'lobby')

  assert.deepEqual(await chatRemote.get('lobby', 'lobby'), [])
  await assert.rejects(ada.say('hello?', 'ada'), failsWith(403))
  await assert.rejects(chatRemote.add('lobby', 'nobody*lobby', 'connector-1', 'lobby'), { code: 'GONE' })
  assert.deepEqual(await chatRemote.get('lobby', 'lobby'), [])
})
