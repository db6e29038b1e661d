import type { Socket } from 'node:net'

const queues = new Map<Socket, Buffer[]>()

/** Sends bytes when the turn of the event loop ends: all that one socket gets in a turn is one write. */
export function send(socket: Socket, bytes: Buffer): void {
  if (queues.size === 0) setImmediate(flush)
  const queue = queues.get(socket)
  if (queue) queue.push(bytes)
  else queues.set(socket, [bytes])
}

function flush(): void {
  for (const [socket, queue] of queues) {
    if (!socket.destroyed) socket.write(queue.length === 1 ? queue[0]! : Buffer.concat(queue))
  }
  queues.clear()
}

/** Calls back for every packet of a stream: four bytes of length, and as many bytes. */
export function onPackets(socket: Socket, onPacket: (packet: Buffer) => void): void {
  let rest: Buffer = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    let at = 0
    while (bytes.length - at >= 4) {
      const end = at + 4 + bytes.readUInt32BE(at)
      if (end > bytes.length) break
      onPacket(bytes.subarray(at + 4, end))
      at = end
    }
    rest = bytes.subarray(at)
  })
}
