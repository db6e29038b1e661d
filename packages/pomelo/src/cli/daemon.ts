import { spawn } from 'node:child_process'
import type { SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, fstatSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { CommandError } from './command-error.ts'

/** Of what it has printed, as much as is shown when it does not start. */
const shownChars = 4_000

/**
 * Starts a main file that outlives this process and prints to the end of a file. Resolves when it has started.
 * @throws {CommandError} it ended before; the message has what it printed.
 */
export async function startDaemon(
  args: readonly string[],
  path: string,
  options: SpawnOptions,
): Promise<void> {
  const output = openSync(path, 'a')
  const { size } = fstatSync(output)
  const stdio = ['ignore', output, output, 'ipc'] as const
  const child = spawn(process.execPath, args, { ...options, detached: true, stdio: [...stdio] })
  closeSync(output)
  const isStarted = await Promise.race([
    once(child, 'message').then(() => true),
    once(child, 'exit').then(() => false),
  ])
  if (!isStarted) {
    const printed = (await readFile(path)).subarray(size).toString()
    throw new CommandError(`The application did not start. ${path}:\n${printed.slice(-shownChars).trim()}`)
  }
  child.disconnect()
  child.unref()
}
