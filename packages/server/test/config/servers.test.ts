import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseServerEntry, readServers } from '../../src/config/servers.ts'
import { SetupError } from '../../src/errors.ts'

const read = (value: unknown) => readServers({ file: 'config/servers.json', path: ['development'], value })

test('a server is complete with an id', () => {
  assert.deepEqual(read({ chat: [{ id: 'chat-1' }] }), [
    {
      id: 'chat-1',
      type: 'chat',
      host: '127.0.0.1',
      clientHost: '127.0.0.1',
      frontend: false,
      args: [],
      settings: {},
    },
  ])
})

test('a server with a clientPort is a frontend, and clients are told its host unless it has a clientHost', () => {
  const [inside, outside] = read({
    connector: [
      { id: 'a', host: '10.0.0.1', clientPort: 3010 },
      { id: 'b', host: '10.0.0.1', clientPort: 3011, clientHost: 'play.example.com', frontend: true },
    ],
  })

  assert.deepEqual(
    [inside?.frontend, inside?.host, inside?.clientHost, inside?.clientPort],
    [true, '10.0.0.1', '10.0.0.1', 3010],
  )
  assert.deepEqual([outside?.frontend, outside?.clientHost], [true, 'play.example.com'])
})

test("what is not the framework's is the application's", () => {
  const [server] = read({
    chat: [{ id: 'a', port: 4050, 'max-connections': 5, rooms: { first: [1] }, weight: '3++' }],
  })

  assert.deepEqual(server?.settings, { 'max-connections': 5, rooms: { first: [1] }, weight: '3++' })
})

test("a key of the application's own may resemble a short name, or one that the server has", () => {
  const own = { playerCount: 5, cost: 1, parts: 2, area: 3, clientPort2: 3011, clientCount: 4 }

  const [server] = read({ chat: [{ id: 'a', clientPort: 3010, ...own }] })

  assert.deepEqual(server?.settings, own)
})

test('args is a line or a list', () => {
  const servers = read({
    chat: [
      { id: 'a', args: ' --inspect  --title=a ' },
      { id: 'b', args: ['--title=a b'] },
    ],
  })

  assert.deepEqual(
    servers.map((server) => server.args),
    [['--inspect', '--title=a'], ['--title=a b']],
  )
})

test('servers stand in the order of the file', () => {
  const servers = read({ gate: [{ id: 'g' }], chat: [{ id: 'c2' }, { id: 'c1' }], area: [] })

  assert.deepEqual(
    servers.map(({ id, type }) => [id, type]),
    [
      ['g', 'gate'],
      ['c2', 'chat'],
      ['c1', 'chat'],
    ],
  )
})

test('clusterCount stands for many servers: ids are numbered through the type, values from their start', () => {
  const servers = read({
    chat: [{ clusterCount: 1, region: 'eu' }],
    connector: [
      { clusterCount: 2, port: '4050++', clientPort: '3050++', slot: '7++' },
      { id: 'other', clientPort: 9000 },
      { clusterCount: 1, id: 'ignored', clientPort: '3060++' },
    ],
  })

  assert.deepEqual(
    servers.map(({ id, clientPort, settings }) => ({ id, clientPort, settings })),
    [
      { id: 'cluster-server-chat-0', clientPort: undefined, settings: { region: 'eu' } },
      { id: 'cluster-server-connector-0', clientPort: 3050, settings: { slot: 7 } },
      { id: 'cluster-server-connector-1', clientPort: 3051, settings: { slot: 8 } },
      { id: 'other', clientPort: 9000, settings: {} },
      { id: 'cluster-server-connector-2', clientPort: 3060, settings: {} },
    ],
  )
})

test('two servers may have one port on two hosts', () => {
  const servers = read({
    gate: [
      { id: 'a', host: '10.0.0.1', clientPort: 80 },
      { id: 'b', host: '10.0.0.2', clientPort: 80 },
    ],
  })

  assert.equal(servers.length, 2)
})

const mistakes: readonly (readonly [value: unknown, message: string])[] = [
  [{ 'a.b': [{ id: 'a' }] }, '["a.b"]: expected a name of up to 100 letters, digits, _ and -, got "a.b"'],
  [{ chat: { id: 'a' } }, '.chat: expected an array of servers, got an object'],
  [{ chat: [{ id: 'a' }, null] }, '.chat[1]: expected an object, got null'],
  [{ chat: [{}] }, '.chat[0].id: expected a name of up to 100 letters, digits, _, - and dots, got nothing'],
  [
    { chat: [{ id: '../a' }] },
    '.chat[0].id: expected a name of up to 100 letters, digits, _, - and dots, got "../a"',
  ],
  [{ chat: [{ id: 'a', host: '' }] }, '.chat[0].host: expected a host name or address, got ""'],
  [{ chat: [{ id: 'a', clientHost: 1 }] }, '.chat[0].clientHost: expected a host name or address, got 1'],
  [
    { chat: [{ id: 'a', clientPort: '30x0' }] },
    '.chat[0].clientPort: expected a port number from 1 to 65535, got "30x0"',
  ],
  [
    { chat: [{ id: 'a', clientPort: 65_536 }] },
    '.chat[0].clientPort: expected a port number from 1 to 65535, got 65536',
  ],
  [
    { chat: [{ id: 'a', clientPort: '1++' }] },
    '.chat[0].clientPort: expected a port number from 1 to 65535, got "1++"',
  ],
  [{ chat: [{ id: 'a', clientPrt: 1 }] }, '.chat[0].clientPrt: unknown setting, expected "clientPort"'],
  [
    {
      chat: [
        { id: 'a', clientprot: 1 },
        { id: 'b', clientPort: 2 },
      ],
    },
    '.chat[0].clientprot: unknown setting, expected "clientPort"',
  ],
  [
    { chat: [{ id: 'a', clientPort: 1, clientHots: 'h' }] },
    '.chat[0].clientHots: unknown setting, expected "clientHost"',
  ],
  [
    { chat: [{ id: 'a', fronted: true, clientPort: 1 }] },
    '.chat[0].fronted: unknown setting, expected "frontend"',
  ],
  [{ chat: [{ clusterCont: 2 }] }, '.chat[0].clusterCont: unknown setting, expected "clusterCount"'],
  [{ chat: [{ id: 'a', frontend: 'true' }] }, '.chat[0].frontend: expected true or false, got "true"'],
  [
    { chat: [{ id: 'a', frontend: true }] },
    '.chat[0].clientPort: expected a port number, since frontend is true, got nothing',
  ],
  [
    { chat: [{ id: 'a', frontend: false, clientPort: 1 }] },
    '.chat[0].frontend: expected true, since there is a clientPort, got false',
  ],
  [
    { chat: [{ id: 'a', args: [1] }] },
    '.chat[0].args: expected a string or an array of strings, got an array',
  ],
  [
    { chat: [{ id: 'a' }], area: [{ id: 'a' }] },
    '.area[0].id: expected an id that no other server has, got "a"',
  ],
  [
    { chat: [{ id: 'Chat-1' }, { id: 'chat-1' }] },
    '.chat[1].id: expected an id that is not Chat-1 in other letters, got "chat-1"',
  ],
  [
    { gate: [{ id: 'a', clientPort: 1 }, { id: 'b' }] },
    '.gate[1].clientPort: expected a port number, as a of this type has, got nothing',
  ],
  [
    { gate: [{ id: 'a' }], area: [{ id: 'b' }, { id: 'c', clientPort: 1 }] },
    '.area[1].clientPort: expected nothing, as b of this type has, got 1',
  ],
  [
    {
      gate: [
        { id: 'a', clientPort: 1 },
        { id: 'b', clientPort: 1 },
      ],
    },
    '.gate[1].clientPort: expected another port than a has on 127.0.0.1, got 1',
  ],
  [{ chat: [{ clusterCount: '3' }] }, '.chat[0].clusterCount: expected an integer from 1 to 1000, got "3"'],
  [{ chat: [{ clusterCount: 1001 }] }, '.chat[0].clusterCount: expected an integer from 1 to 1000, got 1001'],
  [
    { gate: [{ clusterCount: 2, clientPort: 3000 }] },
    '.gate[0].clientPort: expected another port than cluster-server-gate-0 has on 127.0.0.1, got 3000',
  ],
  [
    { gate: [{ clusterCount: 2, clientPort: '65535++' }] },
    '.gate[0].clientPort: expected a port number from 1 to 65535, got 65536',
  ],
  [{ chat: [] }, ': expected at least one server, got nothing'],
]

for (const [value, message] of mistakes) {
  test(`servers are refused: development${message}`, () => {
    assert.throws(() => read(value), new SetupError(`config/servers.json: development${message}`))
  })
}

const running = { servers: read({ gate: [{ id: 'gate-1', clientPort: 3014 }] }) }

test('a server added by hand is one like those of the file', () => {
  const server = parseServerEntry(
    { id: 'gate-2', type: 'gate', clientPort: '3015', frontend: 'true', args: '--inspect' },
    running,
  )

  assert.deepEqual(server, {
    id: 'gate-2',
    type: 'gate',
    host: '127.0.0.1',
    clientHost: '127.0.0.1',
    clientPort: 3015,
    frontend: true,
    args: ['--inspect'],
    settings: {},
  })
})

test('whole numbers and booleans are such, except where a text belongs', () => {
  const pairs = {
    n: '-12',
    e: '1e3',
    yes: 'true',
    no: 'false',
    dot: '1.5',
    empty: '',
    word: 'a',
    big: '1e999',
  }

  const server = parseServerEntry({ id: '7', type: 'true', host: '1', ...pairs }, running)

  assert.deepEqual([server.id, server.type, server.host], ['7', 'true', '1'])
  assert.deepEqual(server.settings, {
    n: -12,
    e: 1000,
    yes: true,
    no: false,
    dot: '1.5',
    empty: '',
    word: 'a',
    big: '1e999',
  })
})

test('a server added by hand is a frontend if those are that the config declares, whether or not they run', () => {
  const pairs = { id: 'gate-2', type: 'gate' }

  assert.throws(
    () => parseServerEntry(pairs, { servers: [] }, running.servers),
    /clientPort: expected a port number/,
  )
  assert.equal(
    parseServerEntry({ ...pairs, id: 'gate-1', clientPort: '1' }, { servers: [] }, running.servers).id,
    'gate-1',
  )
})

const addMistakes: readonly (readonly [pairs: Record<string, string>, message: string])[] = [
  [{ id: 'a' }, 'type: expected a name of up to 100 letters, digits, _ and -, got nothing'],
  [{ type: 'chat' }, 'id: expected a name of up to 100 letters, digits, _, - and dots, got nothing'],
  [
    { type: 'chat', id: 'a', clientPort: '30x0' },
    'clientPort: expected a port number from 1 to 65535, got "30x0"',
  ],
  [{ type: 'gate', id: 'a', clientport: '1' }, 'clientport: unknown setting, expected "clientPort"'],
  [{ type: 'chat', id: 'a', clusterCount: '2' }, 'clusterCount: expected a single server, got "2"'],
  [
    { type: 'gate', id: 'gate-2' },
    'clientPort: expected a port number, as gate-1 of this type has, got nothing',
  ],
  [{ type: 'chat', id: 'GATE-1' }, 'id: expected an id that is not gate-1 in other letters, got "GATE-1"'],
  [{ type: 'chat', id: 'gate-1' }, 'id: expected an id that no other server has, got "gate-1"'],
  [
    { type: 'gate', id: 'a', clientPort: '3014' },
    'clientPort: expected another port than gate-1 has on 127.0.0.1, got 3014',
  ],
]

for (const [pairs, message] of addMistakes) {
  test(`a server added by hand is refused: ${message}`, () => {
    assert.throws(() => parseServerEntry(pairs, running), new SetupError(`arguments: ${message}`))
  })
}
