import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { startWebServer, type WebServer } from './web-server/server.ts'

// `npm start`: the page in this process, the game servers in a child. Further arguments are for `shaddock start`.
try {
  // first, so that nothing else is started when the port is taken
  const web = await startWebServer({ port: Number(process.env['PORT'] ?? 3001) })
  process.exitCode = await runGameServers(web, process.argv.slice(2))
  await web.close()
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`)
  process.exitCode = 1
}

/** Resolves with the exit code of the game servers, once they have ended. */
async function runGameServers(web: WebServer, args: string[]): Promise<number> {
  const shaddock = fileURLToPath(new URL('bin/shaddock.js', import.meta.resolve('shaddock/package.json')))
  const child = spawn(process.execPath, [shaddock, 'start', '--dir', 'game-server', ...args], {
    cwd: import.meta.dirname,
    // over the channel it says that it is ready; when it sees the channel close, it stops
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  })
  child.on('message', (message) => {
    if (isReady(message)) process.stdout.write(`The chat is on ${web.url}/index.html\n`)
  })
  stopWhenTold(child)
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  return code ?? 128 + constants.signals[signal ?? 'SIGKILL']
}

/** Leaves the end to the child, which sees its channel close; this process waits for it. */
function stopWhenTold(child: ChildProcess): void {
  const stop = () => {
    if (child.connected) child.disconnect()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // not passed on: Ctrl-C has reached the child already, and a second one would mean that it should hurry
    process.on(signal, stop)
  }
  // whoever started this process has ended
  process.on('disconnect', stop)
  process.channel?.unref()
}

function isReady(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'ready' in message && message.ready === true
}
