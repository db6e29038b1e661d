import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Game, shaddock } from './fixtures/game.ts'
import { reference } from './fixtures/reference.ts'

for (const framework of [shaddock, reference]) {
  test(`${framework.name} hears clients that sign their messages, and no others`, async () => {
    await using game = await Game.start('signed', { framework })
    const signed = await game.connect('connector-server-1', { encrypt: true })
    const unsigned = await game.connect('connector-server-1')

    const echo = (text: string) => signed.request('connector.entryHandler.echo', { text })
    unsigned.notify('connector.entryHandler.echo', { text: 'unsigned' })

    assert.deepEqual(await echo('hello'), { text: 'hello', signature: 'undefined', heard: 1 })
    // the original cannot verify what is not ASCII
    if (framework === shaddock)
      assert.deepEqual(await echo('你好, wörld'), { text: '你好, wörld', signature: 'undefined', heard: 2 })
  })
}
