import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { Game, shaddock } from './fixtures/game.ts'
import { Pages } from './fixtures/page.ts'
import { reference } from './fixtures/reference.ts'

const template = join(reference.directory, 'template')

for (const framework of [shaddock, reference]) {
  for (const [connector, main, index] of [
    ['hybridconnector', 'app.js', 'index.html'],
    ['sioconnector', 'app.js.sio', 'index.html.sio'],
  ] as const) {
    test(`a new project of Pomelo's, with its page, runs on ${framework.name}: ${connector}`, async () => {
      await using game = await Game.start(join(template, 'game-server'), {
        framework,
        main,
        started: /all servers (have started|startup)/,
      })
      const port = String(game.portOf('connector-server-1'))
      await using pages = await Pages.serve(async (path) => {
        const file = path === '/' ? index : path
        const text = await readFile(join(template, 'web-server/public', file), 'utf8')
        return text.replace('"3010"', `"${port}"`)
      })
      const page = await pages.open()
      const alerted = new Promise<string>((resolve) => {
        page.on('dialog', (dialog) => {
          resolve(dialog.message())
          void dialog.accept()
        })
      })

      await page.click('#test')

      assert.equal(await alerted, 'game server is ok.')
    })
  }
}
