import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { closeReasons, closeText, decodePackets, packetHeadBytes } from '@shaddock/protocol'
import type { CloseReason } from '@shaddock/protocol'
import { WebSocket, WebSocketServer } from 'ws'
import type { HttpGuest } from './http-guest.ts'
import type { Connection, ConnectionHandler, Frame, Framing } from './transport.ts'
import { WireConnection } from './wire-connection.ts'
import type { TransportShared, Wire } from './wire-connection.ts'

/** Takes a WebSocket, and the socket that carried its handshake; returns what handles its packets. */
export type OpenWebSocket = (connection: Connection, socket: Socket) => ConnectionHandler

/**
 * Returns what takes over a socket that speaks HTTP: it becomes a WebSocket, or is told that it should, but for what a guest takes.
 * Bounds what arrives in its handshake, not how long that takes; 'error' events are for whoever accepted the socket to listen to.
 */
export function createUpgrader(
  shared: TransportShared,
  open: OpenWebSocket,
  createGuest: (http: Server) => HttpGuest | undefined = () => undefined,
): (socket: Socket) => void {
  const webSockets = new WebSocketServer(webSocketOptions(shared))
  const http = createServer({ maxHeaderSize: maxHandshakeBytes }, refuseRequest)
  const guest = createGuest(http)
  http.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    if (guest?.owns(request)) return
    webSockets.handleUpgrade(request, stream, head, (webSocket) => {
      const { socket } = request
      const connection = openWebSocket(
        new WebSocketWire(webSocket, stream, shared.limits.maxBodyBytes, socket.remoteAddress),
        webSocket,
        shared,
      )
      connection.handleWith(open(connection, socket))
    })
  })
  return (socket) => void http.emit('connection', socket)
}

/** Cookies and proxies' headers fit. */
const maxHandshakeBytes = 16_384

function webSocketOptions({ limits, closeTimeoutMs }: TransportShared) {
  return {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    // a frame over this is refused by its head, with the standard code 1009: twice a packet, so that a body
    // somewhat too long is ours to refuse, with our own code
    maxPayload: 2 * (packetHeadBytes + limits.maxBodyBytes),
    // text is taken as bytes
    skipUTF8Validation: true,
    closeTimeout: closeTimeoutMs,
  }
}

function refuseRequest(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(426, { Connection: 'close', Upgrade: 'websocket', 'Content-Type': 'text/plain' })
  response.end('this port speaks WebSocket\n')
}

function openWebSocket(wire: Wire, webSocket: WebSocket, shared: TransportShared): WireConnection {
  const connection = new WireConnection(wire, shared)
  webSocket.on('message', (data, isBinary) => {
    // Pomelo's servers ignore an empty text frame
    if (!isBinary && (data as Buffer).length === 0) return
    // a Buffer, as long as `binaryType` is left alone
    connection.receive(data as Buffer)
  })
  webSocket.on('error', (error: NodeJS.ErrnoException) => connection.close(reasonOfError(error)))
  webSocket.on('close', (code) => connection.gone(reasonOfPeer(code)))
  return connection
}

/** Only frames that break RFC 6455 or the limits are errors here; a socket's own errors just close it. */
function reasonOfError(error: NodeJS.ErrnoException): CloseReason {
  const tooLarge =
    error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' ||
    error.code === 'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH'
  return tooLarge ? closeReasons.large : closeReasons.protocol
}

/** Normal closure, going away (a page left), and a close frame without a code. */
const farewells = new Set([1000, 1001, 1005])

function reasonOfPeer(code: number): CloseReason {
  return farewells.has(code) ? closeReasons.client : closeReasons.lost
}

const framing: Framing = { frame: frameBinary }

/** Returns `packet` behind the head of a final, binary, unmasked frame (RFC 6455, 5.2). */
function frameBinary(packet: Uint8Array): Frame {
  const { length } = packet
  const headBytes = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const frame = Buffer.allocUnsafe(headBytes + length)
  frame[0] = 0x82
  frame[1] = headBytes === 2 ? length : headBytes === 4 ? 126 : 127
  if (headBytes === 4) frame.writeUInt16BE(length, 2)
  if (headBytes === 10) frame.writeBigUInt64BE(BigInt(length), 2)
  frame.set(packet, headBytes)
  // the one place where such frames are made
  return frame as Uint8Array as Frame
}

class WebSocketWire implements Wire {
  readonly remoteAddress: string
  readonly #webSocket: WebSocket
  readonly #stream: Duplex
  readonly #maxBodyBytes: number

  constructor(webSocket: WebSocket, stream: Duplex, maxBodyBytes: number, remoteAddress = '') {
    this.#webSocket = webSocket
    this.#stream = stream
    this.#maxBodyBytes = maxBodyBytes
    this.remoteAddress = remoteAddress
  }

  get framing(): Framing {
    return framing
  }

  get writableLength(): number {
    return this.#stream.writableLength
  }

  /** Writes whole frames past `ws`, which writes its pongs and close frames to the same stream. */
  write(bytes: Uint8Array): void {
    // nothing may follow the close frame with which `ws` answers one
    if (this.#webSocket.readyState === WebSocket.OPEN) this.#stream.write(bytes)
  }

  read(bytes: Uint8Array, connection: WireConnection): void {
    for (const { type, body } of decodePackets(bytes, this.#maxBodyBytes)) connection.deliver(type, body)
  }

  end(reason: CloseReason): void {
    // 1006 means that nothing was said
    if (reason.code === closeReasons.lost.code) this.destroy()
    else this.#webSocket.close(reason.code, closeText(reason))
  }

  destroy(): void {
    this.#webSocket.terminate()
  }
}
