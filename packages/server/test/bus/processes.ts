import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { Order, Place, Report } from './bus-process.ts'
import { Notebook } from './messages.ts'

/** A process with a bus, which subscribes to `echo.<name>` and, without an answer, to `silent.<name>`. */
export interface TestProcess {
  readonly name: string
  /** Makes the process ask. Resolves with the answer, or the code of the failure. */
  ask(subject: string): Promise<string>
  /** Resolves when the process has reported that so often. */
  reported(kind: Report['kind'], times: number): Promise<readonly string[]>
  signal(signal: NodeJS.Signals): void
  kill(): Promise<unknown>
  close(): Promise<unknown>
}

/** Starts `process-0` and so on, and resolves when their buses are open. */
export async function startProcesses(place: Place, count: number) {
  const all = Array.from({ length: count }, (_, i) => startProcess(place, `process-${i}`))
  await Promise.all(all.map((child) => child.reported('open', 1)))
  return {
    all: all as readonly TestProcess[],
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map((child) => child.kill()))
    },
  }
}

function startProcess(place: Place, name: string): TestProcess {
  const program = new URL('./bus-process.ts', import.meta.url)
  const child = fork(program, [JSON.stringify(place), name], { execArgv: [] })
  const exited = once(child, 'exit')
  const [open, lost, asked, answer] = [new Notebook(), new Notebook(), new Notebook(), new Notebook()]
  const reports = { open, lost, asked, answer }
  child.on('message', ({ kind, text }: Report) => reports[kind].write(text))
  const send = (order: Order) => child.send(order)
  return {
    name,
    async ask(subject) {
      const count = reports.answer.lines.length + 1
      send({ ask: subject })
      return (await reports.answer.until(count)).at(-1)!
    },
    reported: (kind, times) => reports[kind].until(times),
    signal: (signal) => void child.kill(signal),
    kill() {
      child.kill('SIGKILL')
      return exited
    },
    close() {
      send('close')
      return exited
    },
  }
}
