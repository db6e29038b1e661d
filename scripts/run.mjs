import { spawn } from 'node:child_process'
import { delimiter } from 'node:path'
import { fileURLToPath } from 'node:url'

const installed = fileURLToPath(new URL('../node_modules/.bin', import.meta.url))
const graceMs = 5000
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * Runs a command, of this repository or of the system, to its end. Returns its exit code and what it printed; rejects
 * if it cannot be started. When this process is interrupted, the command dies with all that it started.
 *
 * `show`: print as it goes instead of keeping the output. Other options are those of `spawn`.
 */
export async function run(command, args, { show = false, env = process.env, ...options } = {}) {
  // before there is a command: a signal in between would leave it behind
  const releaseSignals = holdSignals((signal) => endGroup(child, signal))

  const output = show ? 'inherit' : 'pipe'
  const child = spawn(command, args, {
    stdio: ['ignore', output, output],
    env: { ...env, PATH: installed + delimiter + env.PATH },
    // a group of its own, so that one signal reaches its children too
    detached: true,
    ...options,
  })
  child.once('exit', () => endGroup(child, 'SIGTERM'))

  let printed = ''
  for (const stream of show ? [] : [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => (printed += chunk))
  }

  try {
    const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve))
    return { code: code ?? 1, output: printed }
  } finally {
    releaseSignals()
  }
}

/** Runs a command and returns what it printed. Prints that and exits this process if the command fails. */
export async function runOrExit(command, args, options) {
  const { code, output } = await run(command, args, options)
  if (code === 0) return output

  console.error(`${output}${[command, ...args].join(' ')}: exit code ${String(code)}`)
  process.exit(1)
}

/** Ends the command when a signal comes, and this process, as that signal would have, when it is released. */
function holdSignals(end) {
  let received
  const onSignal = (signal) => {
    received = signal
    end('SIGTERM')
    setTimeout(() => end('SIGKILL'), graceMs).unref()
  }
  for (const signal of signals) process.on(signal, onSignal)

  return () => {
    for (const signal of signals) process.off(signal, onSignal)
    if (received) process.kill(process.pid, received)
  }
}

function endGroup(child, signal) {
  try {
    process.kill(-child.pid, signal)
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}
