import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { Game, shaddock } from './fixtures/game.ts'
import { originalClient, ownClient, Pages } from './fixtures/page.ts'
import { reference } from './fixtures/reference.ts'

/** What a page's script uses. */
interface PagePomelo {
  init(options: object, onInit: () => void): void
  request(route: string, message: object, onAnswer: (answer: unknown) => void): void
  on(event: string, listener: (message: unknown) => void): void
  disconnect(): void
}
declare global {
  var pomelo: PagePomelo
  var heard: unknown[]
}

for (const framework of [shaddock, reference]) {
  for (const client of [originalClient, ownClient]) {
    test(`pages with ${client.name} chat on ${framework.name}`, async () => {
      await using game = await Game.start('chat', { framework })
      await using pages = await Pages.with(client)
      // which the original garbles
      const content = framework === shaddock ? '你好 \u{1f34a}' : '你好'
      const [ada, bob] = [await pages.open(), await pages.open()]

      const first = await enter(ada, game, 'ada')
      const second = await enter(bob, game, 'bob')
      const answer = await say(bob, content)
      await hears(ada, 2)
      await hears(bob, 1)

      assert.deepEqual(first, { users: ['ada'] })
      assert.deepEqual(second, { users: ['ada', 'bob'] })
      assert.deepEqual(answer, {})
      const said = { msg: content, from: 'bob', target: '*' }
      assert.deepEqual(await ada.evaluate(() => heard), [{ user: 'bob' }, said])
      assert.deepEqual(await bob.evaluate(() => heard), [said])
      // what is defined in protobuf is kept for the next visit
      assert.match(String(await bob.evaluate(() => localStorage.getItem('protos'))), /onChat/)
    })
  }
}

test('a page stays connected by its heartbeats, and is told when its server is gone', async () => {
  await using game = await Game.start('chat')
  await using pages = await Pages.with(originalClient)
  const page = await pages.open()
  const beaten = heartbeats(page, 3)
  await enter(page, game, 'ada')

  // every three seconds one: without them it would be closed by now
  await beaten
  await say(page, 'still here')
  await hears(page, 1)
  await page.evaluate(() => pomelo.on('close', () => heard.push('closed')))
  game.signal('SIGTERM')

  await hears(page, 2)
  assert.equal(await page.evaluate(() => heard.at(-1)), 'closed')
})

/** Resolves when a page has sent so many on one connection. */
function heartbeats(page: Page, count: number): Promise<void> {
  return new Promise((resolve) => {
    page.on('websocket', (socket) => {
      let sent = 0
      socket.on('framesent', ({ payload }) => {
        if (typeof payload !== 'string' && payload[0] === 3 && ++sent === count) resolve()
      })
    })
  })
}

/** Does what the page of the tutorial does: asks the gate, then enters where it says. */
function enter(page: Page, game: Game, username: string): Promise<unknown> {
  const gatePort = game.portOf('gate-server-1')
  return page.evaluate(
    ({ username, gatePort }) =>
      new Promise((resolve) => {
        const host = '127.0.0.1'
        globalThis.heard = []
        for (const event of ['onChat', 'onAdd']) pomelo.on(event, (message) => heard.push(message))
        pomelo.init({ host, port: gatePort, log: true }, () => {
          pomelo.request('gate.gateHandler.queryEntry', { uid: username }, (answer) => {
            const { port } = answer as { port: number }
            pomelo.disconnect()
            pomelo.init({ host, port, log: true }, () => {
              pomelo.request('connector.entryHandler.enter', { username, rid: 'room' }, resolve)
            })
          })
        })
      }),
    { username, gatePort },
  )
}

function say(page: Page, content: string): Promise<unknown> {
  return page.evaluate(
    (content) =>
      new Promise((resolve) =>
        pomelo.request('chat.chatHandler.send', { content, target: '*', rid: 'room' }, resolve),
      ),
    content,
  )
}

async function hears(page: Page, count: number): Promise<void> {
  await page.waitForFunction((count) => heard.length >= count, count)
}
