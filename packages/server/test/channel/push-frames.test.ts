import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PushFrames } from '../../src/channel/push-frames.ts'
import { MessageFormats } from '../../src/session/message-format.ts'
import type { MessageFormat } from '../../src/session/message-format.ts'
import type { Frame } from '../../src/transport/transport.ts'

function createFormat(): MessageFormat {
  return new MessageFormats({}).of({ frame: (packet) => packet as Frame }, {})
}

test('a frame is made once for each format, in whatever order they come', () => {
  const formats = [createFormat(), createFormat(), createFormat()]
  const made: number[] = []
  const frames = new PushFrames((format) => {
    made.push(formats.indexOf(format))
    return Uint8Array.of(formats.indexOf(format)) as Frame
  })

  const got = [0, 0, 1, 0, 2, 1, 2, 0].map((index) => frames.of(formats[index]!)?.[0])

  assert.deepEqual(got, [0, 0, 1, 0, 2, 1, 2, 0])
  assert.deepEqual(made, [0, 1, 2])
})

test('a format that cannot carry the push is asked once', () => {
  const [first, second] = [createFormat(), createFormat()]
  let asked = 0
  const frames = new PushFrames((format) => {
    if (format === first) return Uint8Array.of(1) as Frame
    asked++
    return undefined
  })

  const got = [second, first, second, second].map((format) => frames.of(format))

  assert.deepEqual(
    got.map((frame) => frame?.[0]),
    [undefined, 1, undefined, undefined],
  )
  assert.equal(asked, 1)
})
