import { channel } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { closeReasons } from '@shaddock/protocol'
import { createListener, type ListenerOptions } from '../../src/transport/listener.ts'
import { Acceptor } from './acceptor.ts'
import { limits } from './conformance.ts'

/** A listener on a free port, its clients' sockets, and the ends that the server holds. */
export interface ListenerFixture extends AsyncDisposable {
  readonly acceptor: Acceptor
  readonly port: number
  /** Returns a socket that connects to the listener. */
  socket(): Socket
  /** Resolves with the server's end of a socket that `socket` returned. */
  serverEnd(socket: Socket): Promise<Socket>
  close(): Promise<void>
}

export async function startListener(options: Partial<ListenerOptions> = {}): Promise<ListenerFixture> {
  const acceptor = new Acceptor()
  const listener = createListener({ host: '127.0.0.1', port: 0, limits, ...options })
  const { port } = await listener.listen(acceptor.accept)
  const sockets = new Set<Socket>()
  const serverEnds = new Map<number, PromiseWithResolvers<Socket>>()
  const serverEndAt = (clientPort: number) => {
    const serverEnd = serverEnds.get(clientPort) ?? Promise.withResolvers<Socket>()
    serverEnds.set(clientPort, serverEnd)
    return serverEnd
  }
  const onServerSocket = (message: unknown) => {
    const { socket } = message as { socket: Socket }
    if (socket.localPort === port) serverEndAt(socket.remotePort!).resolve(socket)
  }
  serverSockets.subscribe(onServerSocket)
  return {
    acceptor,
    port,
    socket() {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true })
      socket.on('error', () => undefined)
      sockets.add(socket)
      return socket
    },
    async serverEnd(socket) {
      if (socket.connecting) await once(socket, 'connect')
      return serverEndAt(socket.localPort!).promise
    },
    close: () => listener.close(),
    async [Symbol.asyncDispose]() {
      serverSockets.unsubscribe(onServerSocket)
      acceptor.closeAll(closeReasons.shutdown)
      await listener.close()
      for (const socket of sockets) socket.destroy()
      await Promise.all(Array.from(serverEnds.values(), async ({ promise }) => closed(await promise)))
    },
  }
}

/** Resolves when the socket is gone, in whatever way. */
export async function closed(socket: Socket): Promise<void> {
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve))
}

/** Resolves when the server's end has got all that its client has sent. */
export async function arrived(client: Socket, serverEnd: Socket): Promise<void> {
  while (serverEnd.bytesRead < client.bytesWritten) await new Promise((resolve) => setImmediate(resolve))
}

const serverSockets = channel('net.server.socket')
