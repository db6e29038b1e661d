import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { SetupError } from '../errors.ts'
import { LoadError } from '../load/load-error.ts'
import { createReport } from '../load/report/report.ts'
import type { Result } from '../load/result.ts'
import { runLoad } from '../load/run.ts'
import { readScenario } from '../load/scenario.ts'
import { describeEntering, describeSample, tablesOf } from '../load/summary.ts'
import { outliveReaders, print } from './console.ts'
import { formatTable } from './format.ts'

export interface BenchCommand {
  readonly file: string
  /** Separated by commas, as the shell has them. */
  readonly pids?: string
  readonly json?: string
  readonly html?: string
  /** Whether a result is shown that says nothing. */
  readonly force?: boolean
}

/** For scripts: there is no result, since the load generator was the bottleneck. */
export const doubtfulExitCode = 3

/** Runs a scenario and prints what it found. Ctrl-C ends it with what there is. @throws {SetupError} it cannot. */
export async function bench({ file, pids, json, html, force = false }: BenchCommand): Promise<void> {
  outliveReaders()
  const text = await readText(file)
  const progress = createProgress()
  try {
    const scenario = readScenario(text, file)
    const result = await runLoad(scenario, {
      ...(pids !== undefined && { pids: readPids(pids) }),
      signal: onInterrupt(),
      onSample: (sample) => progress.show(describeSample(sample)),
    })
    progress.end()
    if (result.doubts.length > 0 && !force) return refuse(result.doubts)
    printResult(result)
    if (json !== undefined) await writeFile(json, `${JSON.stringify(result, null, 2)}\n`)
    if (html !== undefined) await writeFile(html, createReport(basename(file, '.json'), result))
  } catch (error) {
    progress.end()
    throw error instanceof LoadError ? new SetupError(error.message, { cause: error }) : error
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    // what node:fs throws has a code
    throw new SetupError(`${file}: cannot be read: ${(error as NodeJS.ErrnoException).code}`, {
      cause: error,
    })
  }
}

function readPids(text: string): number[] {
  const pids = text.split(',').map(Number)
  if (pids.every((pid) => Number.isInteger(pid) && pid > 0)) return pids
  throw new SetupError(`--pids: expected process ids such as 4711,4712, got ${JSON.stringify(text)}`)
}

/** The second Ctrl-C ends the process, as ever. */
function onInterrupt(): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort())
  return controller.signal
}

function refuse(doubts: readonly string[]): void {
  const reasons = doubts.map((doubt) => `  ${doubt}\n`).join('')
  process.stderr.write(
    `shaddock: no result: the load generator was the bottleneck, not the servers\n${reasons}` +
      'Ask for less, or let it run on a machine of its own. --force shows the numbers all the same.\n',
  )
  process.exitCode = doubtfulExitCode
}

function printResult(result: Result): void {
  print(describeEntering(result))
  for (const { title, rows } of tablesOf(result)) {
    const words = title === 'Failures' ? 1 : 0
    const numeric = new Set(rows[0]?.keys().filter((column) => column > words))
    print(`\n${title}\n${formatTable(rows, numeric).trimEnd()}`)
  }
  if (result.interrupted) print('\nInterrupted: this is what there was until then.', 'warning')
  for (const doubt of result.doubts)
    print(`\nNot to be trusted: the load generator was the bottleneck: ${doubt}`, 'warning')
}

/** On a terminal one line that changes, elsewhere a line each time. */
function createProgress(): { show(line: string): void; end(): void } {
  const { stderr } = process
  if (!stderr.isTTY) return { show: (line) => stderr.write(`${line}\n`), end: () => undefined }
  const clear = '\r\u001b[2K'
  return {
    show: (line) => stderr.write(clear + line.slice(0, stderr.columns - 1)),
    end: () => stderr.write(clear),
  }
}
