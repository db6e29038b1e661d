import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readProfile } from '../cpu-profile.ts'

const frames = [
  ['(idle)', ''],
  ['(garbage collector)', ''],
  ['writeBuffer', ''],
  ['_write', 'node:internal/streams/writable'],
  ['receiverOnMessage', 'file:///repository/node_modules/ws/lib/websocket.js'],
  ['decodeMessage', 'file:///repository/packages/protocol/src/message.ts'],
  ['push', 'file:///repository/packages/server/src/channel/groups.ts'],
  ['begin', 'file:///repository/packages/server/src/in-flight.ts'],
  ['send', 'file:///repository/examples/chat/game-server/app/servers/chat/handler/chatHandler.ts'],
] as const

const nodes = frames.map(([functionName, url], id) => ({ id, callFrame: { functionName, url } }))

test('a function counts for the part of the file that it is in', () => {
  const samples = [...frames.keys(), 0]
  const profile = { startTime: 1_000, nodes, samples, timeDeltas: samples.map(() => 10) }

  const times = readProfile(JSON.stringify(profile), { fromUs: 0, toUs: 10_000 })

  assert.deepEqual(Object.fromEntries(times), {
    idle: 10,
    'garbage collection': 10,
    'writing (system calls)': 10,
    'node: sockets and streams': 10,
    ws: 10,
    protocol: 10,
    channel: 10,
    'in-flight': 10,
    'the application': 10,
  })
})

test('a sample stands for the time until the next, and counts when it lies in the span', () => {
  const profile = { startTime: 1_000, nodes, samples: [0, 1, 2, 0], timeDeltas: [0, 100, 200, 400] }

  const times = readProfile(JSON.stringify(profile), { fromUs: 1_100, toUs: 1_300 })

  assert.deepEqual(Object.fromEntries(times), { 'garbage collection': 200 })
})
