import { test } from 'node:test'
import { connect } from '@shaddock/client'
import type { Chat } from '../../game-server/app/contract.ts'
import { startGame } from '../fixtures/game.ts'
import { processesSuite } from './processes.ts'
import { chatSuite, enter } from './suite.ts'

chatSuite('local')
processesSuite('local')

test('the gate hands out no connector that was killed', async () => {
  await using game = await startGame('local')
  await using ada = await enter(game, 0, 'ada', 'lobby')
  const pid = await game.pidOf('connector-1')
  const lost = new Promise((resolve) => ada.client.onState(resolve))

  process.kill(pid, 'SIGKILL')
  await lost

  // whoever is named is there: the other one, or the same when it has been started again
  for (let n = 0; n < 60; n++) {
    await using gate = await connect<Chat>(game.gates[0] ?? '', { reconnect: false })
    const { host, port } = await gate.request('gate.gateHandler.queryEntry', { uid: `user${n}` })
    await using _ = await connect<Chat>(`ws://${host}:${port}`, { reconnect: false })
  }
})
