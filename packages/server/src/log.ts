import { appendFileSync, closeSync, mkdirSync, openSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { destination, pino, stdTimeFunctions } from 'pino'
import type { Logger } from 'pino'
import type { LogConfig } from './config/config.ts'
import { SetupError } from './errors.ts'

/** Writes what an operator should know, a line each. */
export interface Log {
  readonly debug: WriteLine
  readonly info: WriteLine
  readonly warn: WriteLine
  readonly error: WriteLine
  readonly fatal: WriteLine
  /** Returns the log of one part of the server, which `levels` of `config/log.json` may set a level for. */
  named(name: string): Log
  /** Closes the log and all that are named after it. What they are given later is dropped. */
  close(): Promise<void>
}

/** An error among the fields is called `err`: it shows with its stack. */
export interface WriteLine {
  (message: string): void
  (fields: object, message: string): void
}

export interface LogOptions {
  readonly serverId: string
  /** The application's folder; lines go to `logs/<server id>.log` in it. */
  readonly directory: string
  readonly config: LogConfig
}

/**
 * Opens the log of a server. A line has reached its file when the call that wrote it returns, so a crash loses none.
 * @throws {SetupError} the file cannot be opened.
 */
export function createLog({ serverId, directory, config }: LogOptions): Log {
  const outputs = [
    ...(config.files ? [openFile(directory, `logs/${serverId}.log`)] : []),
    ...(config.console === 'none' ? [] : [openConsole(config.console)]),
  ]
  const options = {
    level: config.level,
    base: { serverId },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  const root = pino(options, { write: (line) => outputs.forEach((output) => output.write(line)) })
  const close = async () => outputs.splice(0).forEach((output) => output.close())
  const levels = new Map(Object.entries(config.levels))
  const named = (name: string): Log =>
    toLog(root.child({ name }, { level: levels.get(name) ?? config.level }), named, close)
  return toLog(root, named, close)
}

/** Writes nothing. */
export const silentLog: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  fatal() {},
  named: () => silentLog,
  close: () => Promise.resolve(),
}

interface Output {
  write(line: string): void
  close(): void
}

function openFile(directory: string, name: string): Output {
  const file = openForAppend(join(directory, name), name)
  let broken = false
  return {
    write(line) {
      try {
        appendFileSync(file, line)
        broken = false
      } catch (error) {
        // a full disk must not end the server, nor fill the console
        if (!broken) process.stderr.write(`${name}: lines are lost: ${String(error)}\n`)
        broken = true
      }
    },
    close: () => closeSync(file),
  }
}

function openForAppend(path: string, name: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true })
    return openSync(path, 'a')
  } catch (cause) {
    throw new SetupError(`${name}: cannot be opened: ${String(cause)}`, { cause })
  }
}

function openConsole(style: 'pretty' | 'json'): Output {
  // bounded, as it keeps what it cannot write
  const stdout = destination({ dest: 1, sync: true, maxLength: 1_048_576 })
  // whoever read the console is gone; the server goes on, and nobody is left to be told
  stdout.on('error', () => {})
  const format = style === 'pretty' ? createFormat() : (line: string) => line
  return { write: (line) => stdout.write(format(line)), close() {} }
}

/** Returns what makes `12:34:56.789 INFO chat-1 rpc: message {"field":1}` of a line of JSON. */
function createFormat(): (line: string) => string {
  // loaded only here: production does without it
  const { prettyFactory } = createRequire(import.meta.url)('pino-pretty') as typeof import('pino-pretty')
  return prettyFactory({
    colorize: process.stdout.isTTY,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'serverId,name',
    singleLine: true,
    messageFormat: ({ serverId, name, msg }) =>
      `${[serverId, name].filter(Boolean).join(' ')}: ${String(msg)}`,
  })
}

function toLog(logger: Logger, named: Log['named'], close: Log['close']): Log {
  return {
    debug: logger.debug.bind(logger),
    info: logger.info.bind(logger),
    warn: logger.warn.bind(logger),
    error: logger.error.bind(logger),
    fatal: logger.fatal.bind(logger),
    named,
    close,
  }
}
