import * as z from 'zod/mini'
import {
  boolean,
  ignored,
  integer,
  natsAddress,
  oneOf,
  optional,
  path,
  required,
  setting,
  settings,
  string,
  text,
  typed,
} from './setting.ts'

const longestMs = 86_400_000
const level = oneOf(['debug', 'info', 'warn', 'error', 'fatal', 'silent'])

const sslSchema = settings({
  key: required(
    text(/./, 'a path, or PEM'),
    'The private key of this server. With `ssl`, all its clients connect with TLS.',
  ),
  cert: required(text(/./, 'a path, or PEM'), 'Its certificate.'),
  ca: optional(
    text(/./, 'a path, or PEM'),
    'none',
    'Certificates that lead from that one to one that clients know.',
  ),
  passphrase: optional(text(/./, 'a text'), 'none', 'What opens the private key.'),
  type: ignored(),
})

export const connectorSchema = settings({
  heartbeatSeconds: setting(integer(0, 3600), 30, 'How often each side gives a sign of life; 0: never.'),
  heartbeatTimeoutSeconds: optional(
    integer(1, 7200),
    'twice `heartbeatSeconds`',
    'How long a client may be silent, where there are heartbeats.',
  ),
  handshakeTimeoutMs: setting(
    integer(1, longestMs),
    10_000,
    'How long a new connection may take to shake hands.',
  ),
  maxBodyBytes: setting(integer(1, 16_777_215), 65_536, 'The longest packet body that a client may send.'),
  maxBacklogBytes: setting(
    integer(1, 1_073_741_824),
    1_048_576,
    'The most that may wait for a client that reads slowly, before it is closed.',
  ),
  maxConnections: setting(integer(1, 10_000_000), 100_000, 'The most connections of one server.'),
  loginsPerSecond: setting(
    integer(0, 1_000_000),
    1_000,
    'How many clients one server lets in each second; the others are told when to come back. 0: all.',
  ),
  maxPendingRequests: setting(integer(1, 1_000_000), 256, 'The most unanswered requests of one session.'),
  secondLogin: setting(
    oneOf(['allow', 'newest', 'refuse']),
    'allow',
    'What becomes of a user who logs in again, on whichever frontend: both stay, the newest stays, or the second is refused.',
  ),
  dictionary: setting(boolean(), false, 'Whether routes travel to clients as numbers.'),
  signing: setting(
    boolean(),
    false,
    'Whether clients must sign their messages; what is not signed is dropped.',
  ),
  protobuf: setting(
    boolean(),
    false,
    'Whether bodies travel as `serverProtos.json` and `clientProtos.json` define them.',
  ),
  socketio: setting(
    boolean(),
    false,
    'Whether clients of Socket.IO are served too; needs the package `socket.io`.',
  ),
  ssl: z.exactOptional(sslSchema),
})

const natsSchema = settings({
  servers: setting(
    typed('an array of addresses', (error) => z.array(natsAddress(), { error })),
    [],
    'Where NATS is: with them, servers reach one another through it. `tls://` insists on encryption.',
  ),
  application: optional(
    string('a name'),
    'the `name` in `package.json`',
    'With the environment, tells the applications apart that share a NATS.',
  ),
  user: optional(string('a name'), 'none', 'Whom NATS knows the servers as.'),
  password: optional(string('a password'), 'none', "The user's password."),
  token: optional(string('a token'), 'none', 'What NATS asks for in place of a user.'),
  creds: optional(path(), 'none', 'The file with the signed credentials of a user.'),
  nkey: optional(path(), 'none', 'The file with the seed of a key that NATS knows.'),
  tls: z.exactOptional(
    settings({
      ca: optional(
        path(),
        'those that Node trusts',
        'The certificates of whom to trust. NATS must encrypt then.',
      ),
      cert: optional(path(), 'none', 'The own certificate, if NATS asks for one.'),
      key: optional(path(), 'none', 'Its key.'),
    }),
  ),
})

export const clusterSchema = settings({
  callTimeoutMs: setting(integer(1, longestMs), 10_000, 'How long a call to another server may take.'),
  maxPendingCalls: setting(integer(1, 10_000_000), 10_000, 'The most unanswered calls to one other server.'),
  maxQueuedCalls: setting(
    integer(1, 1_000_000),
    128,
    'The most calls of one session that may wait on the server that handles them.',
  ),
  heartbeatMs: setting(integer(1, longestMs), 1_000, 'How often a server tells the others that it lives.'),
  downAfterMs: optional(
    integer(1, longestMs),
    '10 × `heartbeatMs`; over NATS 3 ×',
    'How long a server may be silent before it counts as down; more than `heartbeatMs`.',
  ),
  nats: z.prefault(natsSchema, {}),
}).check(({ value, issues }) => {
  if (value.downAfterMs === undefined || value.downAfterMs > value.heartbeatMs) return
  const message = `more than heartbeatMs, ${value.heartbeatMs}`
  issues.push({ code: 'custom', path: ['downAfterMs'], input: value.downAfterMs, message })
})

const restartSchema = settings({
  minMs: setting(
    integer(1, longestMs),
    250,
    'The wait before a server that died starts again; it doubles each time.',
  ),
  maxMs: setting(integer(1, longestMs), 30_000, 'The longest such wait; at least `minMs`.'),
}).check(({ value, issues }) => {
  if (value.maxMs >= value.minMs) return
  const message = `at least minMs, ${value.minMs}`
  issues.push({ code: 'custom', path: ['maxMs'], input: value.maxMs, message })
})

export const masterSchema = settings({
  restart: z.prefault(restartSchema, {}),
  stopTimeoutMs: setting(
    integer(1, longestMs),
    10_000,
    'How long a server may take to stop before it is killed.',
  ),
  id: ignored(),
  host: ignored(),
  port: ignored(),
})

export const logSchema = settings({
  level: setting(level, 'info', 'The least severe lines that are written.'),
  levels: setting(
    typed('an object of levels', (error) => z.record(z.string(), level, { error })),
    {},
    'The same for single loggers, by name: `{ "rpc": "debug" }`.',
  ),
  console: optional(
    oneOf(['pretty', 'json', 'none']),
    '`"pretty"` in development, else `"none"`',
    'How lines appear on standard output.',
  ),
  files: setting(boolean(), true, 'Whether lines go to `logs/<server id>.log`.'),
})

export const dictionarySchema = z.array(
  z.string({ error: 'a route' }).check(
    z.refine((route) => route !== '' && Buffer.byteLength(route) < 256, {
      error: 'a route of 1 to 255 bytes',
    }),
  ),
  { error: 'an array of routes' },
)

/** What Pomelo's parser would skip in it, ours skips. */
export const protosSchema = z.record(
  z.string(),
  z.record(z.string(), z.unknown(), { error: 'an object of fields' }),
  { error: 'an object of messages' },
)

/** `servers.json` before `clusterCount` is expanded. */
export const serversSchema = z.record(
  z.string(),
  z.array(z.record(z.string(), z.unknown(), { error: 'an object' }), { error: 'an array of servers' }),
  { error: 'an object of server types' },
)

export const clusterCountSchema = integer(1, 1000)

/** A type stands in routes and an id in file names: neither holds what parts them. */
export const typeSchema = text(/^[\p{L}\p{N}_-]{1,100}$/u, 'a name of up to 100 letters, digits, _ and -')
const id = text(/^[\p{L}\p{N}_.-]{1,100}$/u, 'a name of up to 100 letters, digits, _, - and dots')
const host = text(/^[^\s/]{1,255}$/, 'a host name or address')
const args = typed('a string or an array of strings', (error) =>
  z.union([z.string(), z.array(z.string())], { error }),
)

/** One server of `servers.json`. Keys that are not listed are the application's own. */
export const serverSchema = z.looseObject(
  {
    id: required(id, 'The name of the server: no other has it, nor in other letters.'),
    host: setting(
      host,
      '127.0.0.1',
      'The machine that it is on, and the address that it listens on, if it is a frontend.',
    ),
    clientHost: optional(host, '`host`', 'The address that clients are told.'),
    clientPort: optional(
      integer(1, 65_535, 'a port number'),
      'none',
      'The port that clients connect to: a server that has one is a frontend. All servers of a type have one, or none.',
    ),
    frontend: optional(
      boolean(),
      'whether it has a `clientPort`',
      'Whether clients connect to it; `true` requires `clientPort`.',
    ),
    args: setting(
      args,
      [],
      "Node's own options for its process, such as `--inspect`. They follow `--max-semi-space-size=4`, and may replace it.",
    ),
    port: ignored(),
  },
  { error: 'an object' },
)
