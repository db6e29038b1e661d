import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { after, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { rendezvous } from 'shaddock'
import type { ServerInfo } from 'shaddock'
import { startWebServer } from '../../web-server/server.ts'
import type { WebServer } from '../../web-server/server.ts'
import { openPage, startBrowser, takePicture } from '../fixtures/browser.ts'
import { startGame } from '../fixtures/game.ts'
import type { Game } from '../fixtures/game.ts'

describe('the page, in Chromium', () => {
  let game: Game
  let web: WebServer
  let browser: Browser
  before(async () => {
    game = await startGame('local')
    web = await startWebServer({ port: 0, gatePort: Number(new URL(game.gates[0] ?? '').port) })
    browser = await startBrowser()
  })
  after(async () => {
    await browser.close()
    await web.close()
    await game[Symbol.asyncDispose]()
  })

  const ownerOf = async (room: string) => {
    const servers = JSON.parse(await game.command('list', '--json')) as (ServerInfo & { pid: number })[]
    const chats = servers.filter(({ type }) => type === 'chat')
    const { id } = rendezvous(room, chats)
    return chats.find((chat) => chat.id === id)!
  }
  const open = (query = '', size?: { width: number; height: number }) =>
    openPage(browser, `${web.url}/index.html${query}`, size)

  test('two people in a room see each other come, talk and go', async () => {
    const ada = await open()
    await takePicture(ada.page, 'entrance')
    await ada.enter('ada', 'talk')
    const bob = await (await open()).enter('bob', 'talk')
    await Promise.all([ada.seesPeople('ada', 'bob'), bob.seesPeople('ada', 'bob')])
    await ada.sees('bob came in')

    await ada.say('hello bob')
    await bob.sees('hello bob')
    await bob.say('hello ada')
    await ada.sees('hello ada')
    await takePicture(ada.page, 'talk')

    await bob.leave()
    await ada.sees('bob left')
    await ada.seesPeople('ada')
    await ada.leave()
  })

  test('a private message is seen by the two, and marked', async () => {
    const ada = await (await open()).enter('ada', 'private')
    const bob = await (await open()).enter('bob', 'private')
    const eve = await (await open()).enter('eve', 'private')
    await ada.seesPeople('ada', 'bob', 'eve')

    await ada.say('for bob alone', 'bob')
    await ada.say('for all', '*')

    await bob.sees('for bob alone')
    await bob.sees('only to you')
    await ada.sees('only to bob')
    await eve.sees('for all')
    assert.equal(await eve.page.getByText('for bob alone').count(), 0)
    await takePicture(bob.page, 'private')
    await Promise.all([ada.leave(), bob.leave(), eve.leave()])
  })

  test('a taken name is refused and explained; another one works', async () => {
    const first = await (await open()).enter('ada', 'taken')
    const second = await open()

    await second.askToEnter('ada', 'taken')
    await second.page.locator('#error', { hasText: 'ada' }).waitFor()
    await takePicture(second.page, 'taken-name')
    await second.enter('grace', 'taken')

    await first.sees('grace came in')
    await Promise.all([first.leave(), second.leave()])
  })

  test('an illegal name or room is explained', async () => {
    const visitor = await open()
    for (const [name, room] of [
      ['', 'lobby'],
      ['ada*', 'lobby'],
      ['ada', 'a'.repeat(21)],
    ] as const) {
      await visitor.askToEnter(name, room)

      await visitor.page.locator('[aria-invalid=true]').first().waitFor()
    }
    await takePicture(visitor.page, 'illegal-name')
    await visitor.leave()
  })

  test('whoever opens a link with a name and a room is in', async () => {
    const visitor = await open('?name=ada&room=linked')

    await visitor.seesPeople('ada')

    assert.match(visitor.page.url(), /name=ada&room=linked/)
    await visitor.leave()
  })

  test('long words, emoji, Chinese and HTML are shown as text', async () => {
    const ada = await (await open()).enter('王小明', 'odd')
    const html = '<img src=x onerror="document.title=1"><b>bold</b>'
    for (const text of ['w'.repeat(1_500), '👩‍👩‍👧‍👦 🎉 😀', '大家好，服务器很快。', html]) {
      await ada.say(text)
      await ada.sees(text)
    }

    assert.equal(await ada.page.locator('#messages img, #messages b').count(), 0)
    assert.notEqual(await ada.page.title(), '1')
    assert.equal(await overflows(ada.page), false)
    await takePicture(ada.page, 'odd-texts')
    await ada.leave()
  })

  test('the keyboard is enough', async () => {
    const { page } = await open()
    await page.focus('#name')
    await page.keyboard.type('ada')
    await page.keyboard.press('Tab')
    await page.keyboard.type('keys')
    await page.keyboard.press('Enter')
    await page.locator('#chat').waitFor()

    await page.keyboard.type('typed at once')
    await page.keyboard.press('Enter')

    await page.locator('#messages').getByText('typed at once').waitFor()
    await page.context().close()
  })

  test('at 375 px nothing is cut off', async () => {
    const size = { width: 375, height: 700 }
    const ada = await open('', size)
    assert.equal(await overflows(ada.page), false)
    await takePicture(ada.page, 'phone-entrance')

    await ada.enter('ada', 'phone')
    await ada.say('hello from a small screen '.repeat(5))
    await ada.sees('hello from a small screen')

    assert.equal(await overflows(ada.page), false)
    await takePicture(ada.page, 'phone')
    await ada.leave()
  })

  test('axe finds nothing serious, in the entrance and in the room', async () => {
    const ada = await open()
    assert.deepEqual(await seriousFindings(ada.page), [])

    await ada.enter('ada', 'axe')
    const bob = await (await open()).enter('bob', 'axe')
    await bob.say('hello')
    await ada.say('psst', 'bob')
    await ada.sees('only to bob')

    assert.deepEqual(await seriousFindings(ada.page), [])
    await Promise.all([ada.leave(), bob.leave()])
  })

  test(
    'a connector that is killed is survived: the page comes back by itself',
    { timeout: 30_000 },
    async (t) => {
      const ada = await (await open()).enter('ada', 'killed')
      const bob = await (await open()).enter('bob', 'killed')
      await ada.seesPeople('ada', 'bob')
      const pids = await Promise.all(['connector-1', 'connector-2'].map((id) => game.pidOf(id)))
      const reconnecting = ada.isIn('reconnecting')
      const killedAt = performance.now()

      for (const pid of pids) process.kill(pid, 'SIGKILL')
      await reconnecting
      await takePicture(ada.page, 'reconnecting')

      await Promise.all([ada.isIn('online'), bob.isIn('online')])
      t.diagnostic(`both connectors killed: back after ${Math.round(performance.now() - killedAt)} ms`)
      await Promise.all([ada.seesPeople('ada', 'bob'), bob.seesPeople('ada', 'bob')])
      await ada.say('still here')
      await bob.sees('still here')
      await takePicture(bob.page, 'back-again')
      await Promise.all([ada.leave(), bob.leave()])
    },
  )

  test('the chat server of the room is killed: its people talk on, without having done anything', async () => {
    const ada = await (await open()).enter('ada', 'bereft')
    const bob = await (await open()).enter('bob', 'bereft')
    await ada.seesPeople('ada', 'bob')

    process.kill((await ownerOf('bereft')).pid, 'SIGKILL')

    await ada.say('the server is gone')
    const heard = bob.sees('the server is gone')
    // what is on its way when the server dies is shown as not sent, with a button
    while (await Promise.race([heard.then(() => false), ada.sendsAgain()]));
    await heard
    await Promise.all([ada.seesPeople('ada', 'bob'), bob.seesPeople('ada', 'bob')])
    await Promise.all([ada.isIn('online'), bob.isIn('online')])
    await Promise.all([ada.leave(), bob.leave()])
  })

  test('one killed connector of two is survived at once by who was on it', async () => {
    const people = await Promise.all(
      ['a', 'b', 'c', 'd'].map(async (name) => (await open()).enter(name, 'half')),
    )
    await people[0]?.seesPeople('a', 'b', 'c', 'd')

    process.kill(await game.pidOf('connector-1'), 'SIGKILL')

    await Promise.all(people.map(async (visitor) => visitor.isIn('online')))
    await Promise.all(people.map(async (visitor) => visitor.seesPeople('a', 'b', 'c', 'd')))
    await people[0]?.say('all here')
    await Promise.all(people.map(async (visitor) => visitor.sees('all here')))
    await Promise.all(people.map(async (visitor) => visitor.leave()))
  })
})

/** Whether the page is wider than its window. */
async function overflows(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)
}

/** What axe finds serious or critical. */
async function seriousFindings(page: Page): Promise<string[]> {
  // evaluated by the test's own means: the page allows no script but its own
  await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'))
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } }
    interface Violation {
      readonly id: string
      readonly impact: string
      readonly nodes: readonly { readonly html: string }[]
    }
    const { violations } = await axe.run()
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
  })
}
