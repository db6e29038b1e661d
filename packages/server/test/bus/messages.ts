import type { Bus, BusMessage } from '../../src/bus/bus.ts'

/** Longer than any test runs that passes: what settles sooner was not waiting for it. */
export const longMs = 20_000

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

export function text(data: Uint8Array): string {
  return new TextDecoder().decode(data)
}

/** Asks, and returns the answer as text. */
export async function ask(bus: Bus, subject: string, question = '', timeoutMs = longMs): Promise<string> {
  return text(await bus.request(subject, bytes(question), timeoutMs))
}

export function echo(message: BusMessage): void {
  message.reply(message.data)
}

export function ignore(): void {}

/** Writes down what a subject carries, and lets a test wait for it. */
export class Notebook {
  readonly lines: string[] = []
  readonly #waiters = new Set<() => void>()

  readonly write = (line: string): void => {
    this.lines.push(line)
    for (const check of this.#waiters) check()
  }

  readonly hear = (message: BusMessage): void => this.write(text(message.data))

  /** Resolves with the lines once there are so many. */
  until(count: number): Promise<readonly string[]> {
    return new Promise((resolve) => {
      const check = () => {
        if (this.lines.length >= count) resolve(this.lines)
      }
      this.#waiters.add(check)
      check()
    })
  }
}
