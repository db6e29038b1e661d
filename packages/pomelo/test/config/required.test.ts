import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Application } from '../../src/application/application.ts'
import { requireConfigFiles } from '../../src/config/required.ts'
import { writeApplication } from '../fixtures/application-files.ts'

const master = '{ "development": { "id": "master", "port": 3005 } }'
const servers = '{ "development": { "chat": [] }, "test": { "chat": [] } }'

async function refusal(files: Readonly<Record<string, string>>, env: string): Promise<string> {
  await using written = await writeApplication({ 'config/log4js.json': '{}', ...files })
  const app = new Application()
  app.init({ base: written.directory, argv: ['node', 'app.js', `env=${env}`] })
  try {
    requireConfigFiles(app)
    return 'none'
  } catch (error) {
    return (error as Error).message.replace(written.directory, '<folder>')
  }
}

for (const [files, env, says] of [
  [{ 'config/servers.json': servers }, 'development', 'config/master.json: no such file in <folder>'],
  [{ 'config/master.json': master }, 'development', 'config/servers.json: no such file in <folder>'],
  [
    { 'config/master.json': master, 'config/servers.json': servers },
    'nope',
    'config/master.json has no environment nope: there is development',
  ],
  [
    { 'config/master.json': '{ "port": 3005 }', 'config/servers.json': servers },
    'nope',
    'config/servers.json has no environment nope: there is development, test',
  ],
] as const) {
  test(`a master does not start with ${Object.keys(files).join(' and ')} in ${env}: ${says}`, async () => {
    assert.equal(await refusal(files, env), says)
  })
}

for (const [files, env] of [
  [{ 'config/master.json': master, 'config/servers.json': servers }, 'development'],
  // without sections, and nothing in it yet
  [{ 'config/master.json': '{ "port": 3005 }', 'config/servers.json': '{ "chat": [] }' }, 'nope'],
  [{ 'config/master.json': '{}', 'config/servers.json': '{}' }, 'development'],
  [{ 'config/nope/master.json': '{ "port": 3005 }', 'config/nope/servers.json': '{ "chat": [] }' }, 'nope'],
] as const) {
  test(`a master starts in ${env} with ${JSON.stringify(files)}`, async () => {
    assert.equal(await refusal(files, env), 'none')
  })
}
