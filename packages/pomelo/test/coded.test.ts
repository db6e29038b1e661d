import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Game, shaddock } from './fixtures/game.ts'
import { RawClient } from './fixtures/raw-client.ts'
import { reference } from './fixtures/reference.ts'

for (const framework of [shaddock, reference]) {
  test(`an application writes its messages as it likes on ${framework.name}`, async () => {
    await using game = await Game.start('coded', { framework })
    const sys = { type: 'own', version: '1.0.0' }
    const { client } = await RawClient.open(game.portOf('connector-server-1'), { sys })
    const say = (message: unknown) => client.send(4, Buffer.from(JSON.stringify(message)))
    const hear = async () => JSON.parse(String(await client.nextMessage())) as unknown

    say([7, 'drop', 'is dropped'])
    say([8, 'work.workHandler.echo', '你好'])
    assert.deepEqual(await hear(), [
      8,
      'work.workHandler.echo',
      { heard: '你好', isOwn: true, isConnector: true },
    ])
    say([9, 'work.workHandler.text', 'plain'])
    assert.deepEqual(await hear(), { id: 9, route: 'work.workHandler.text', text: 'plain' })
    say([0, 'work.workHandler.tellAll', 'none'])
    assert.deepEqual(await hear(), [0, 'onNews', { news: 'none' }])
    say([10, 'work.workHandler.nothing', ''])
    assert.deepEqual(await hear(), [10, 'work.workHandler.nothing', { code: 500 }])
    client.close()
  })
}

test('what an application cannot decode is dropped, and its client is served on', async () => {
  await using game = await Game.start('coded')
  const sys = { type: 'own', version: '1.0.0' }
  const { client } = await RawClient.open(game.portOf('connector-server-1'), { sys })

  for (const bytes of ['', '{', '[]', '[1]', '[1,2,3]', '[-1,"a"]', `[1,${'"a'.repeat(300)}"]`, '[9e99,"a"]'])
    client.send(4, Buffer.from(bytes))
  client.send(4, Buffer.from('[11,"work.workHandler.echo","still here"]'))

  for (;;) {
    const [id, , body] = JSON.parse(String(await client.nextMessage())) as [number, string, object]
    if (id !== 11) continue
    assert.deepEqual(body, { heard: 'still here', isOwn: true, isConnector: true })
    break
  }
  client.close()
})
