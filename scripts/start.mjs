// Makes the clone ready and runs a script of examples/chat: `exec node scripts/start.mjs <script> [arguments]`. Whatever
// ends this process ends the script too. Without the `exec`, a shell would take the signals that npm passes on, and keep them.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './run.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

const setup = await run(process.execPath, [join(root, 'scripts/setup.mjs')], { show: true })
if (setup.code !== 0) process.exit(setup.code)

const child = spawn(join(root, 'node_modules/.bin/node'), process.argv.slice(2), {
  cwd: join(root, 'examples/chat'),
  // the script ends when it sees the channel close
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  // not passed on: a terminal has sent it to the script already, which would take a second one for impatience
  process.on(signal, () => child.connected && child.disconnect())
}
const [code, signal] = await once(child, 'exit')
process.exitCode = code ?? 128 + constants.signals[signal]
