import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  decodeJson,
  decodeMessage,
  encodeKick,
  encodePacket,
  encodePushPacket,
  encodeResponsePacket,
  MessageType,
  PacketType,
} from '@shaddock/protocol'
import fc from 'fast-check'
import { readPolledRequest, readRequest, writePacket } from '../../src/transport/socketio-text.ts'
import { json } from '../fixtures/raw-client.ts'
import { readVectors } from '../fixtures/vectors.ts'

interface Case {
  readonly op: 'client->server' | 'server->client' | 'server->client batch' | 'server->client kick'
  readonly id?: number | null
  readonly route?: string | { readonly repeat: string; readonly count: number }
  readonly body?: unknown
  readonly msg?: unknown
  readonly text?: string
  readonly codeUnits?: string
  readonly onTheWire?: string
  readonly encoded?: unknown
}

const vectors = readVectors<{ readonly count: number; readonly cases: readonly Case[] }>('sio')

test('every vector of Socket.IO is covered', () => {
  assert.equal(vectors.cases.length, vectors.count)
})

for (const [index, vector] of vectors.cases.entries()) {
  const { op, body, msg, codeUnits, onTheWire, encoded } = vector
  const route =
    typeof vector.route === 'object' ? vector.route.repeat.repeat(vector.route.count) : (vector.route ?? '')
  const id = vector.id ?? 0

  if (op === 'client->server') {
    const units = codeUnits
      ?.split(' ')
      .filter(Boolean)
      .map((unit) => Number.parseInt(unit, 16))
    const text = units ? String.fromCharCode(...units) : write(id, route, JSON.stringify(body))

    test(`what a client of Socket.IO sends is read or dropped: vector ${index}`, () => {
      if (vector.text !== undefined && !codeUnits) assert.equal(text, vector.text)
      const request = readRequest(text)

      // no JSON, or an id that the protocol does not have
      if (codeUnits !== undefined || id > 0x7fffffff) return assert.equal(request, undefined)
      const message = decodeMessage(request!)
      assert.deepEqual([message.id, message.route, decodeJson(message.body)], [id, route, body])
      assert.equal(message.type, MessageType.request)
    })
  } else if (op === 'server->client') {
    test(`a client of Socket.IO is sent the texts of Pomelo: vector ${index}`, () => {
      const packet = id ? encodeResponsePacket(idBytes(id), json(msg)) : encodePushPacket(route, json(msg))

      const sent = writePacket(packet)

      assert.deepEqual(JSON.parse(sent!), JSON.parse(String(onTheWire ?? encoded)))
      assert.equal(Buffer.byteLength(sent!), sent!.length)
    })
  } else if (op === 'server->client kick') {
    test('a client of Socket.IO is told why it is kicked', () => {
      assert.equal(writePacket(encodePacket(PacketType.kick, encodeKick({ reason: 'kick' }))), onTheWire)
    })
  }
}

test('a client of Socket.IO is told nothing of heartbeats', () => {
  assert.equal(writePacket(encodePacket(PacketType.heartbeat)), undefined)
})

test('what is no text, or too short, or of a route that is too long, is dropped', () => {
  const long = '好'.repeat(100)
  for (const text of [undefined, 5, {}, [], '', '\0\0\0\x01', '\0\0\0\x01\x05', write(1, long, '{}')]) {
    assert.equal(readRequest(text), undefined)
  }
  assert.equal(decodeMessage(readRequest(write(1, '', '1'))!).route, '')
})

test('what is polled is read whether its client has encoded it once or twice', () => {
  for (const [id, body] of [
    [2, '{"text":"plain"}'],
    [2, '{"text":"你好, wörld, \u{1f34a}"}'],
    [200, '{}'],
    [0x7fffffff, '"é"'],
  ] as const) {
    const text = write(id, 'chat.chatHandler.send', body)
    const twice = Buffer.from(text).toString('latin1')

    assert.deepEqual(readPolledRequest(text), readRequest(text))
    assert.deepEqual(readPolledRequest(twice), readRequest(text))
  }
  assert.equal(readPolledRequest(undefined), undefined)
})

test('any text is a request or dropped', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .tuple(fc.nat(300), fc.string({ maxLength: 20 }), fc.json())
      .map(([id, route, body]) => write(id, route, body)),
  )

  fc.assert(
    fc.property(text, (value) => {
      const request = readRequest(value)
      if (request) assert.ok(decodeMessage(request))
    }),
  )
})

function write(id: number, route: string, body: string): string {
  const head = [id >>> 24, (id >>> 16) & 0xff, (id >>> 8) & 0xff, id & 0xff, route.length]
  return String.fromCharCode(...head) + route + body
}

function idBytes(id: number): Uint8Array {
  assert.ok(id < 0x80)
  return Uint8Array.of(id)
}
