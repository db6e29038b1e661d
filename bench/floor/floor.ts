// The same chat with no framework: two processes that hold WebSockets, one that knows the chat, a local socket between
// them. No sessions, filters, limits, deadlines, errors or back-pressure: what Node itself costs on this work.
// node floor.ts <port> <port>
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = mkdtempSync(join(tmpdir(), 'shaddock-floor-'))
const socketPath = join(folder, 'chat.sock')
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit())

const chat = fork(join(import.meta.dirname, 'chat.ts'), [socketPath])
await once(chat, 'message')
for (const port of process.argv.slice(2)) fork(join(import.meta.dirname, 'connector.ts'), [socketPath, port])
