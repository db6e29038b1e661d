import { fork } from 'node:child_process'
import { startWebServer } from './web/server.ts'

// `npm start`: the page in this process, the game servers in a child. Further arguments are for `shaddock start`.
const web = await startWebServer(3001).catch((error: Error) => {
  console.error(`The page cannot be served: ${error.message}`)
  process.exit(1)
})
const shaddock = new URL('bin/shaddock.js', import.meta.resolve('shaddock/package.json'))
const game = fork(shaddock, ['start', ...process.argv.slice(2)], { cwd: import.meta.dirname })

// the child says that it is ready over its channel, and stops when the channel closes: also if this process is killed
game.on('message', () => console.log('Open http://127.0.0.1:3001 in two windows and talk.'))
game.on('exit', (code) => {
  process.exitCode = code ?? 1
  web.close()
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (game.connected) game.disconnect()
  })
}
