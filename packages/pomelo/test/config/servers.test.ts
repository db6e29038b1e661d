import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expandServers, isFrontend } from '../../src/config/servers.ts'

test('servers are found by id, each with its type', () => {
  const section = { chat: [{ id: 'chat-1', port: 4050 }], gate: [{ id: 'gate-1', frontend: true }] }

  assert.deepEqual(expandServers(section), {
    'chat-1': { id: 'chat-1', port: 4050, serverType: 'chat' },
    'gate-1': { id: 'gate-1', frontend: true, serverType: 'gate' },
  })
})

test('a cluster is as many servers as it counts; blocks number on, and each counts its fields anew', () => {
  const section = {
    chat: [
      { clusterCount: 2, port: '4050++', region: 'eu' },
      { clusterCount: 1, port: '5050++' },
    ],
  }

  assert.deepEqual(
    Object.values(expandServers(section)).map(({ id, port }) => [id, port]),
    [
      ['cluster-server-chat-0', 4050],
      ['cluster-server-chat-1', 4051],
      ['cluster-server-chat-2', 5050],
    ],
  )
  assert.equal(expandServers(section)['cluster-server-chat-0']?.['region'], 'eu')
})

test('what is no list of servers is none', () => {
  assert.deepEqual(expandServers(undefined), {})
  assert.deepEqual(expandServers({ chat: {} }), {})
})

test('a frontend says so with a boolean, or with its text as it comes over a command line', () => {
  for (const frontend of [true, 'true']) assert.equal(isFrontend({ frontend }), true)
  for (const frontend of [false, 'false', undefined, 1]) assert.equal(isFrontend({ frontend }), false)
})
