import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  decodeHandshakeAnswer,
  decodeHandshakeRequest,
  dictionaryOf,
  encodeHandshakeAnswer,
  encodeHandshakeRequest,
  encodePacket,
  encodeText,
  handshakeAnswer,
  type HandshakeAnswer,
  packetHeadBytes,
  PacketType,
  parseProtos,
  ProtocolError,
  RouteDictionary,
} from '../src/index.ts'
import { fromHex, readVectors, toHex } from './vectors.ts'

interface Case {
  readonly name: string
  readonly options: {
    readonly heartbeat?: number
    readonly useDict?: boolean
    readonly useProtobuf?: boolean
  }
  readonly request: object
  readonly effects: readonly [{ readonly hex: string; readonly json: { readonly user?: unknown } }]
}

const vectors = readVectors<Case>('handshake')

/** The version that Pomelo computes for `routes`: see the vectors of versions. */
const version = 'srWGoh6X6pxAhkZiUryoww=='
const routes = new RouteDictionary(
  [
    ['chat.chatHandler.send', 1],
    ['connector.entryHandler.enter', 2],
    ['connector.entryHandler.entry', 3],
    ['gate.gateHandler.queryEntry', 4],
    ['onChat', 5],
    ['onAdd', 6],
    ['onLeave', 7],
  ],
  version,
)

const proto = readVectors<{
  readonly name: string
  readonly serverProtos: object
  readonly clientProtos: object
}>('versions').cases.find(({ name }) => name === 'protos')!

const protos = {
  server: parseProtos(proto.serverProtos),
  client: parseProtos(proto.clientProtos),
  version: 'TVLoQmGSsLJ8hN9N95Hjow==',
}

/** A server decides these, by its application or by the request being none. */
const refusals = new Map<string, HandshakeAnswer>([
  ['no sys', { code: 500 }],
  ['checkClient rejects', { code: 501 }],
  ['user handshake error', { code: 500 }],
])

test('every vector of handshakes is covered', () => {
  const names = vectors.cases.map(({ name }) => name)

  assert.equal(names.length, vectors.count)
  assert.deepEqual(
    names.filter((name) => refusals.has(name)),
    [...refusals.keys()],
  )
})

for (const { name, options, request, effects } of vectors.cases) {
  const { hex, json } = effects[0]

  test(`an answer read and written again has the bytes of Pomelo: ${name}`, () => {
    const answer = decodeHandshakeAnswer(fromHex(hex).subarray(packetHeadBytes))

    assert.deepEqual(answer, json)
    assert.equal(toHex(encodePacket(PacketType.handshake, encodeHandshakeAnswer(answer))), hex)
  })

  test(`a client is answered as by Pomelo: ${name}`, () => {
    const offer = {
      heartbeatSeconds: options.heartbeat,
      dictionary: options.useDict ? routes : undefined,
      protos: options.useProtobuf ? protos : undefined,
      user: json.user,
    }

    const answer =
      refusals.get(name) ??
      handshakeAnswer(offer, decodeHandshakeRequest(encodeText(JSON.stringify(request))))

    assert.equal(toHex(encodePacket(PacketType.handshake, encodeHandshakeAnswer(answer))), hex)
  })
}

test('a request that is no object with an object sys is a ProtocolError', () => {
  for (const text of [
    '',
    'x',
    'null',
    '[]',
    '1',
    '"sys"',
    '{}',
    '{"user":{}}',
    '{"sys":null}',
    '{"sys":1}',
    '{"sys":[]}',
  ]) {
    assert.throws(() => decodeHandshakeRequest(encodeText(text)), ProtocolError, text)
  }
})

test('what a client says of itself has the types that are declared, and all else that it sent', () => {
  const request = decodeHandshakeRequest(
    encodeText(
      '{"sys":{"type":1,"version":{},"dictVersion":0,"protoVersion":0,"rsa":{},"os":"x"},"user":null,"more":1}',
    ),
  )

  assert.deepEqual(request, { sys: { protoVersion: 0, rsa: {}, os: 'x' }, user: null, more: 1 })
})

test('a request survives encoding', () => {
  const request = {
    sys: { type: 'js-websocket', version: '0.0.1', dictVersion: version },
    user: { name: '😀' },
  }

  const body = encodeHandshakeRequest(request)

  assert.deepEqual(decodeHandshakeRequest(body), request)
  assert.ok(body.every((byte) => byte < 0x80))
})

test('the dictionary comes whole, or not at all to a client that holds its version', () => {
  const fresh = handshakeAnswer({ dictionary: routes }, { sys: { dictVersion: 'other' } })
  const cached = handshakeAnswer({ dictionary: routes }, { sys: { dictVersion: version } })

  assert.deepEqual(fresh.sys, {
    dict: routes.routeToCode,
    routeToCode: routes.routeToCode,
    codeToRoute: routes.codeToRoute,
    dictVersion: version,
    useDict: true,
  })
  assert.deepEqual(cached.sys, { useDict: true })
})

test('a dictionary without a version is sent every time', () => {
  const answer = handshakeAnswer({ dictionary: new RouteDictionary({ a: 1 }) }, { sys: { dictVersion: '' } })

  assert.deepEqual(answer.sys?.routeToCode, { a: 1 })
})

test('definitions come whole, or not at all to a client that holds their version', () => {
  const fresh = handshakeAnswer({ protos }, { sys: { protoVersion: 0 } })
  const cached = handshakeAnswer({ protos }, { sys: { protoVersion: protos.version } })

  assert.deepEqual(fresh.sys, { protos, useProto: true })
  assert.deepEqual(cached.sys, { useProto: true })
})

test('definitions without a version are sent every time', () => {
  const none = { server: {}, client: {}, version: '' }

  assert.deepEqual(handshakeAnswer({ protos: none }, { sys: { protoVersion: '' } }).sys?.protos, none)
})

test('characters outside the BMP are escaped in an answer', () => {
  assert.equal(
    toHex(encodeHandshakeAnswer({ code: 200, sys: {}, user: '😀' })),
    toHex(encodeText('{"code":200,"sys":{},"user":"\\ud83d\\ude00"}')),
  )
})

test('the keys of an answer have the order of Pomelo, whatever theirs', () => {
  const sys = {
    useProto: true,
    useDict: true,
    dictVersion: 'v',
    codeToRoute: {},
    routeToCode: {},
    dict: {},
    heartbeat: 3,
  }

  assert.equal(
    toHex(encodeHandshakeAnswer({ user: 1, sys, code: 200 })),
    toHex(
      encodeText(
        '{"code":200,"sys":{"heartbeat":3,"dict":{},"routeToCode":{},"codeToRoute":{},"dictVersion":"v",' +
          '"useDict":true,"useProto":true},"user":1}',
      ),
    ),
  )
})

test('an answer that accepts with a malformed sys, or has an unknown code, is a ProtocolError', () => {
  const malformed = [
    'null',
    '[]',
    '{"heartbeat":"3"}',
    '{"dict":[]}',
    '{"routeToCode":{"a":"1"}}',
    '{"dictVersion":1}',
    '{"protos":1}',
    '{"protos":{"server":{},"client":{}}}',
    '{"protos":{"server":[],"client":{},"version":""}}',
  ]
  const answers = ['', '[]', '{}', '{"code":"200","sys":{}}', '{"code":404}', '{"code":200}']

  for (const text of [...answers, ...malformed.map((sys) => `{"code":200,"sys":${sys}}`)]) {
    assert.throws(() => decodeHandshakeAnswer(encodeText(text)), ProtocolError, text)
  }
})

test('a client gets the dictionary of the server back, shadowed codes included', () => {
  const dictionary = new RouteDictionary(
    [
      ['a', 1],
      ['a', 2],
    ],
    'v',
  )
  const body = encodeHandshakeAnswer(handshakeAnswer({ dictionary }, { sys: {} }))

  const received = dictionaryOf(decodeHandshakeAnswer(body).sys!)

  assert.equal(received?.codeOf('a'), 2)
  assert.equal(received?.routeOf(1), 'a')
  assert.equal(received?.version, 'v')
})

test('a client of an old server finds the dictionary in dict', () => {
  assert.equal(dictionaryOf({ dict: { a: 1 }, useDict: true })?.codeOf('a'), 1)
  assert.equal(dictionaryOf({ useDict: true }), undefined)
})

test('a dictionary with impossible codes is a ProtocolError', () => {
  assert.throws(() => dictionaryOf({ dict: { a: 70_000 } }), ProtocolError)
  assert.throws(() => dictionaryOf({ dict: { a: 1 }, codeToRoute: { x: 'a' } }), ProtocolError)
})

test('any bytes are a handshake or a ProtocolError', () => {
  const field = fc.constantFrom('sys', 'code', 'user', 'type', 'heartbeat', 'dict', 'codeToRoute', 'protos')
  const { tree } = fc.letrec((tie) => ({
    leaf: fc.constantFrom(null, 200, 'x', [], {}),
    tree: fc.oneof({ depthSize: 'small' }, tie('leaf'), fc.dictionary(field, tie('tree'))),
  }))
  const body = fc.oneof(
    fc.uint8Array(),
    tree.map((value) => encodeText(JSON.stringify(value))),
  )

  fc.assert(
    fc.property(body, fc.constantFrom(decodeHandshakeRequest, decodeHandshakeAnswer), (bytes, decode) => {
      try {
        assert.ok(decode(bytes))
      } catch (error) {
        assert.ok(error instanceof ProtocolError, String(error))
      }
    }),
  )
})
