import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import { onPackets, send } from './stream.ts'

// A connector calls with: connection 4, request 4, length of the session 2, session, message.
// It is answered with: 1, connection 4, request 4, body; and told what to push with: 2, length of the room 1, room, body.

const [, , socketPath = ''] = process.argv
const links = new Set<Socket>()

createServer((link) => {
  links.add(link)
  link.on('close', () => links.delete(link))
  onPackets(link, (call) => {
    const bodyAt = 10 + call.readUInt16BE(8)
    const session = JSON.parse(call.toString('utf8', 10, bodyAt)) as { name: string; room: string }
    const { content, target } = JSON.parse(call.toString('utf8', bodyAt)) as Record<string, string>
    const push = encodePush(session.room, JSON.stringify({ msg: content, from: session.name, target }))
    for (const each of links) send(each, push)
    send(link, encodeAnswer(call))
  })
}).listen(socketPath, () => process.send?.('ready'))

process.once('disconnect', () => process.exit())

function encodePush(room: string, body: string): Buffer {
  const roomBytes = Buffer.byteLength(room)
  const packet = Buffer.allocUnsafe(6 + roomBytes + Buffer.byteLength(body))
  packet.writeUInt32BE(packet.length - 4)
  packet[4] = 2
  packet[5] = roomBytes
  packet.write(room, 6)
  packet.write(body, 6 + roomBytes)
  return packet
}

function encodeAnswer(call: Buffer): Buffer {
  const packet = Buffer.allocUnsafe(15)
  packet.writeUInt32BE(11)
  packet[4] = 1
  call.copy(packet, 5, 0, 8)
  packet.write('{}', 13)
  return packet
}
