import assert from 'node:assert/strict'
import { rename, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { Application } from '../../src/application/application.ts'
import { writeApplication } from '../fixtures/application-files.ts'

test('a config file that is saved counts, also when it is half written for a while or replaced', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  await using files = await writeApplication({ 'config/game.json': '{"level":1}' })
  const path = join(files.directory, 'config/game.json')
  const app = new Application()
  Object.assign(app, { base: files.directory, env: 'development' })
  app.loadConfigBaseApp('game', 'config/game.json', true)
  const saved = async (text: string, at: number) => {
    await writeFile(`${path}.new`, text)
    await utimes(`${path}.new`, at, at)
    await rename(`${path}.new`, path)
    t.mock.timers.tick(1_000)
    return app.get('game')
  }

  assert.deepEqual(await saved('', 1_000), { level: 1 })
  assert.deepEqual(await saved('{"level":2}', 2_000), { level: 2 })
  assert.deepEqual(await saved('{"level":3}', 3_000), { level: 3 })
})
