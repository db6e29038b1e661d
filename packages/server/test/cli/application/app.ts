import { connect } from 'node:net'
import { join } from 'node:path'
import { defineApp } from 'shaddock'
import type { Contract } from 'shaddock'

const master = process.ppid
// whatever way this process ends, the test sees this connection close; and the other way round
const lifeline = connect(join(import.meta.dirname, 'lifeline.sock')).unref()
lifeline.on('error', () => undefined).once('close', endWithTest)

/** Serves next to nothing. A server's entry in the config says how it misbehaves. */
export default defineApp<Contract>(import.meta.dirname, async (app) => {
  const { fault } = app.server.settings
  if (fault === 'broken') throw new TypeError('the setup is broken')
  if (fault === 'slow') await new Promise(() => undefined)
  if (fault === 'deaf') process.removeAllListeners('SIGTERM').on('SIGTERM', () => undefined)
  if (fault === 'fragile') process.once('SIGUSR2', fail)
  app.onStop('news', () => void lifeline.write(`${app.server.id} stopped\n`))
  await new Promise((resolve) => lifeline.write(`${app.server.id} ${process.pid}\n`, resolve))
})

function fail(): never {
  throw new Error('out of luck')
}

function endWithTest(): void {
  if (process.argv[2] !== 'server') return
  // a master that the test did not live to end would start this one again
  if (process.ppid === master) process.kill(master, 'SIGKILL')
  process.exit(1)
}
