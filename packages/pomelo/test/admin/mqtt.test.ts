import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  encodeConnect,
  encodePacket,
  encodePublish,
  MqttReader,
  MqttType,
  readPublish,
} from '../../src/admin/mqtt.ts'

test('packets are found however the stream is cut', () => {
  const stream = Buffer.concat([
    encodeConnect('cli'),
    encodePublish('client', { text: 'x'.repeat(300) }),
    encodePacket(MqttType.pingreq),
  ])

  for (const size of [1, 2, 7, stream.length]) {
    const reader = new MqttReader(1_000)
    const packets = []
    for (let at = 0; at < stream.length; at += size) {
      packets.push(...reader.push(stream.subarray(at, at + size)))
    }
    assert.deepEqual(
      packets.map(({ type }) => type),
      [MqttType.connect, MqttType.publish, MqttType.pingreq],
    )
    assert.deepEqual(readPublish(packets[1]!), {
      topic: 'client',
      payload: JSON.stringify({ text: 'x'.repeat(300) }),
    })
  }
})

test('a packet is not changed by those that come after it', () => {
  const reader = new MqttReader(1_000)
  const [first, second] = ['a', 'b'].map((letter) => encodePublish('t', letter.repeat(300)))
  const stream = Buffer.concat([first!, second!])

  const packets = [100, 350, stream.length].flatMap((end, i, ends) =>
    reader.push(stream.subarray(ends[i - 1] ?? 0, end)),
  )

  assert.deepEqual(
    packets.map((packet) => readPublish(packet).payload),
    ['a', 'b'].map((letter) => JSON.stringify(letter.repeat(300))),
  )
})

test('a publish with a quality of service has a number behind its topic', () => {
  const body = Buffer.concat([Buffer.of(0, 1), Buffer.from('t'), Buffer.of(0, 9), Buffer.from('{}')])

  assert.deepEqual(readPublish({ type: MqttType.publish, flags: 2, body }), { topic: 't', payload: '{}' })
})

test('a packet that is too long is refused when its length is known', () => {
  assert.throws(() => new MqttReader(100).push(Buffer.of(0x30, 101)), RangeError)
  assert.throws(() => new MqttReader(2 ** 28).push(Buffer.of(0x30, 0xff, 0xff, 0xff, 0xff, 0x01)), RangeError)
  assert.deepEqual(new MqttReader(100).push(Buffer.of(0x30, 100)), [])
})

test('a publish that is cut off is refused', () => {
  for (const bytes of [[], [0], [0, 5, 0x61]]) {
    assert.throws(
      () => readPublish({ type: MqttType.publish, flags: 0, body: Buffer.from(bytes) }),
      RangeError,
    )
  }
})
