import type {
  Conversation,
  Hearer,
  Outgoing,
  Payload,
  Protocol,
} from '../packages/server/src/load/protocol.ts'

/** Socket.IO 4 over its engine's WebSocket, as far as the benchmark needs it: events with acknowledgements, in JSON. */
export const socketIoProtocol: Protocol = { ids: { first: 1_000, last: 9_999 }, converse }

const text = (value: string) => Buffer.from(value)
const digit = (byte: number | undefined) => (byte ?? 0) - 0x30

function converse(hearer: Hearer): Conversation {
  let watched = text('')
  const onMessage = (bytes: Buffer, start: number, end: number) => {
    const type = digit(bytes[start])
    if (type === connected) return hearer.onReady()
    if (type === event) {
      if (watched.length > 0 && startsWith(bytes, start + 1, watched)) {
        hearer.onDelivery(bytes, start + 1 + watched.length, end)
      }
      return
    }
    if (type !== acknowledgement) return
    let at = start + 1
    let id = 0
    for (; at < end && bytes[at] !== 0x5b; at++) id = id * 10 + digit(bytes[at])
    hearer.onAnswer(id, bytes, at + 1, end - 1)
  }
  return {
    receive(bytes, start, end) {
      const type = digit(bytes[start])
      if (type === opened) hearer.say(text('40'), true)
      else if (type === ping) hearer.say(text('3'), true)
      else if (type === message) onMessage(bytes, start + 1, end)
    },
    encode({ route, body }: Outgoing): Payload {
      const bytes = text(`42${socketIoProtocol.ids.first}["${route}",${body.toString()}]`)
      return { bytes, idAt: 2, isText: true }
    },
    writeId(bytes, at, id) {
      for (let place = at + 3, rest = id; place >= at; place--) {
        bytes[place] = 0x30 + (rest % 10)
        rest = Math.floor(rest / 10)
      }
    },
    watch(route) {
      watched = route === undefined ? text('') : text(`["${route}",`)
    },
  }
}

// of the engine
const [opened, ping, message] = [0, 2, 4]
// of what it carries
const [connected, event, acknowledgement] = [0, 2, 3]

function startsWith(bytes: Buffer, at: number, part: Buffer): boolean {
  for (let i = 0; i < part.length; i++) if (bytes[at + i] !== part[i]) return false
  return true
}
