import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'

/**
 * Where the processes of a test application connect: a connection closes when its process has ended, however it did.
 * They end when this does, so that a test that dies leaves nothing behind.
 */
export class Lifeline {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #news = new EventEmitter()
  #heard = ''

  private constructor(server: Server) {
    this.#server = server.on('connection', (socket) => this.#accept(socket))
  }

  static async open(path: string): Promise<Lifeline> {
    const server = createServer()
    const lifeline = new Lifeline(server)
    await once(server.listen(path), 'listening')
    return lifeline
  }

  /** What servers said, a line each: `back-1 <pid>` at the start, `back-1 stopped` at a clean end. */
  get heard(): readonly string[] {
    return this.#heard.split('\n').slice(0, -1)
  }

  /** The pids of all processes that ever ran a server, by its id; the latest of each. */
  pidOf(id: string): number {
    return Number(this.heard.findLast((line) => new RegExp(`^${id} \\d+$`).test(line))?.split(' ')[1])
  }

  /** Resolves when no process of the application runs. */
  async empty(): Promise<void> {
    while (this.#sockets.size > 0) await once(this.#news, 'closed')
  }

  /** Resolves when a server has said this `times` times. */
  async said(line: RegExp, times = 1): Promise<void> {
    while (this.heard.filter((said) => line.test(said)).length < times) await once(this.#news, 'said')
  }

  async close(): Promise<void> {
    this.#server.close()
    for (const socket of this.#sockets) socket.end()
    await this.empty()
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket)
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      this.#heard += chunk
      this.#news.emit('said')
    })
    socket.on('error', () => undefined)
    socket.once('close', () => {
      this.#sockets.delete(socket)
      this.#news.emit('closed')
    })
  }
}
