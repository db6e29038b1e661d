import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import {
  decodeMessage,
  encodeHandshakeAnswer,
  encodePacket,
  encodePushPacket,
  encodeResponsePacket,
  jsonCodec,
  MessageType,
  PacketReader,
  PacketType,
  RouteDictionary,
} from '@shaddock/protocol'

export interface FakeServer extends AsyncDisposable {
  readonly port: number
  /** The routes of the messages that came, and the types of packets. */
  readonly heard: string[]
  readonly sockets: Set<Socket>
}

export interface FakeServerOptions {
  readonly heartbeatSeconds?: number
  readonly dictionary?: Record<string, number>
  /** Returns what a request is answered with, when; without, `{}` at once. */
  answer?(route: string, body: unknown): Promise<unknown> | undefined
}

/** A server on TCP that does what a test wants: a network that misbehaves. */
export async function startFakeServer({ answer, ...offer }: FakeServerOptions = {}): Promise<FakeServer> {
  const heard: string[] = []
  const sockets = new Set<Socket>()
  const dictionary = offer.dictionary && new RouteDictionary(offer.dictionary)
  const sys = {
    heartbeat: offer.heartbeatSeconds,
    ...(offer.dictionary && { dict: offer.dictionary, useDict: true }),
  }

  const onMessage = (socket: Socket, bytes: Uint8Array) => {
    const message = decodeMessage(bytes, dictionary)
    const { type, idBytes, route = '', body } = message
    heard.push(route)
    const value = jsonCodec.decode(route, body)
    const text = JSON.stringify(value)
    if (text.includes('t='))
      socket.write(encodePushPacket('onSaid', jsonCodec.encode('', { text }), dictionary))
    if (type !== MessageType.request) return
    const respond = (answer: unknown) => {
      if (!socket.destroyed) socket.write(encodeResponsePacket(idBytes.slice(), jsonCodec.encode('', answer)))
    }
    const later = answer?.(route, value)
    if (later) void later.then(respond)
    else respond({})
  }

  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
    const reader = new PacketReader(65_536)
    socket.on('data', (chunk) =>
      reader.read(chunk, (type, body) => {
        if (type === PacketType.data) return onMessage(socket, body)
        heard.push(`packet ${type}`)
        if (type === PacketType.handshake)
          socket.write(encodePacket(PacketType.handshake, encodeHandshakeAnswer({ code: 200, sys })))
        if (type === PacketType.ack && offer.heartbeatSeconds !== undefined)
          socket.write(encodePacket(PacketType.heartbeat))
      }),
    )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    // a listening TCP server has such an address
    port: (server.address() as AddressInfo).port,
    heard,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
