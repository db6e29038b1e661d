import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { WebSocketServer } from 'ws'
import { onPackets, send } from './stream.ts'

interface Client {
  readonly id: number
  readonly socket: Socket
  room: string
  /** What the chat is told of it with each call. */
  session: Buffer
}

const [, , socketPath = '', port = ''] = process.argv
const clients = new Map<number, Client>()
const rooms = new Map<string, Set<Client>>()
const handshakeType = 1
const dataType = 4
const link = connect(socketPath)
let nextId = 1

process.once('disconnect', () => process.exit())

onPackets(link, (packet) => {
  if (packet[0] === 1) {
    const client = clients.get(packet.readUInt32BE(1))
    if (client) send(client.socket, frameAnswer(packet.readUInt32BE(5), packet.subarray(9)))
    return
  }
  const bodyAt = 2 + packet[1]!
  const push = frame(dataType, Buffer.concat([pushHead, packet.subarray(bodyAt)]))
  for (const { socket } of rooms.get(packet.toString('latin1', 2, bodyAt)) ?? []) send(socket, push)
})

new WebSocketServer({ host: '127.0.0.1', port: Number(port), perMessageDeflate: false }).on(
  'connection',
  (webSocket, { socket }) => {
    const client: Client = { id: nextId++, socket, room: '', session: Buffer.alloc(0) }
    clients.set(client.id, client)
    webSocket.on('message', (packet: Buffer) => onPacket(client, packet))
    webSocket.on('close', () => {
      clients.delete(client.id)
      rooms.get(client.room)?.delete(client)
    })
  },
)

function onPacket(client: Client, packet: Buffer): void {
  if (packet[0] === handshakeType) return send(client.socket, greeting)
  if (packet[0] !== dataType) return
  let id = 0
  let at = 5
  for (let scale = 1; ; scale *= 0x80) {
    const group = packet[at++]!
    id += (group & 0x7f) * scale
    if (group < 0x80) break
  }
  const bodyAt = at + 1 + packet[at]!
  const type = packet[at + 1]!
  if (type === 'g'.charCodeAt(0)) return send(client.socket, frameAnswer(id, gateAnswer))
  if (type === 'c'.charCodeAt(0) && packet[at + 2] === 'o'.charCodeAt(0)) {
    enter(client, packet.toString('utf8', bodyAt))
    return send(client.socket, frameAnswer(id, loginAnswer))
  }
  call(client, id, packet.subarray(bodyAt))
}

function enter(client: Client, text: string): void {
  const { username, rid } = JSON.parse(text) as { username: string; rid: string }
  client.room = rid
  client.session = Buffer.from(JSON.stringify({ name: username, room: rid }))
  const members = rooms.get(rid) ?? new Set()
  rooms.set(rid, members.add(client))
}

function call({ id, session }: Client, request: number, body: Buffer): void {
  const packet = Buffer.allocUnsafe(14 + session.length + body.length)
  packet.writeUInt32BE(packet.length - 4)
  packet.writeUInt32BE(id, 4)
  packet.writeUInt32BE(request, 8)
  packet.writeUInt16BE(session.length, 12)
  session.copy(packet, 14)
  body.copy(packet, 14 + session.length)
  send(link, packet)
}

function frameAnswer(id: number, body: Buffer): Buffer {
  const idBytes: number[] = []
  let rest = id
  for (; rest >= 0x80; rest >>= 7) idBytes.push((rest & 0x7f) | 0x80)
  return frame(dataType, Buffer.concat([Buffer.from([4, ...idBytes, rest]), body]))
}

/** Returns a packet in a WebSocket's frame. */
function frame(type: number, body: Buffer): Buffer {
  const payload = 4 + body.length
  const headBytes = payload < 126 ? 2 : 4
  const bytes = Buffer.allocUnsafe(headBytes + payload)
  bytes[0] = 0x82
  bytes[1] = payload < 126 ? payload : 126
  if (headBytes === 4) bytes.writeUInt16BE(payload, 2)
  bytes.writeUInt32BE(type * 0x1000000 + body.length, headBytes)
  body.copy(bytes, headBytes + 4)
  return bytes
}

const pushHead = Buffer.from('\u0006\u0006onChat')
const gateAnswer = Buffer.from(`{"code":200,"host":"127.0.0.1","port":${port}}`)
const loginAnswer = Buffer.from('{"users":1}')
const greeting = frame(handshakeType, Buffer.from('{"code":200,"sys":{}}'))
