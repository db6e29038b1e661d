import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as rooms from '../../web-server/page/room.ts'

const noon = Date.UTC(2026, 0, 1, 12)
const second = 1_000
const minute = 60 * second

test('the list of people starts with oneself; the others follow by name', () => {
  const room = rooms.entered(rooms.createRoom('bob', 'lobby'), ['zoe', 'bob', 'ada'], noon)

  assert.deepEqual(room.people, ['bob', 'ada', 'zoe'])
})

test('who comes in and who leaves is in the list and in a line', () => {
  let room = lobby('ada')
  room = rooms.joined(room, 'bob', noon)
  room = rooms.joined(room, 'cy', noon)
  room = rooms.left(room, 'bob', noon)

  assert.deepEqual(room.people, ['ada', 'cy'])
  assert.deepEqual(texts(room).slice(1), ['bob came in.', 'cy came in.', 'bob left.'])
})

test('a whole list tells who left and who came in, and nothing of the others', () => {
  const room = rooms.listed(lobby('ada', 'bob', 'cy'), ['ada', 'cy', 'dan'], noon)

  assert.deepEqual(room.people, ['ada', 'cy', 'dan'])
  assert.deepEqual(texts(room).slice(1), ['bob left.', 'dan came in.'])
})

test('a person whom the list has already does not come in again', () => {
  const room = lobby('ada', 'bob')

  assert.equal(rooms.joined(room, 'bob', noon), room)
})

test('a person whom the list does not have does not leave, nor does oneself', () => {
  const room = lobby('ada', 'bob')

  assert.equal(rooms.left(room, 'cy', noon), room)
  assert.equal(rooms.left(room, 'ada', noon), room)
})

test('entering again renews the list and keeps the lines', () => {
  let room = rooms.said(lobby('ada', 'bob'), { from: 'bob', target: '*', text: 'hello' }, noon)
  room = rooms.entered(room, ['ada', 'cy'], noon)

  assert.deepEqual(room.people, ['ada', 'cy'])
  assert.deepEqual(texts(room), [
    'You entered the room.',
    'hello',
    'You are back. What was said in between is not shown.',
  ])
})

test('a message goes on when the same person speaks to the same target soon after', () => {
  let room = say(lobby('ada', 'bob'), 'bob', '*', noon)
  room = say(room, 'bob', '*', noon + minute)
  room = say(room, 'bob', 'ada', noon + minute)
  room = say(room, 'bob', '*', noon + minute)
  room = say(room, 'ada', '*', noon + minute)
  room = say(room, 'ada', '*', noon + 6 * minute)

  assert.deepEqual(continuing(room), [false, true, false, false, false, false])
})

test('a message after a notice does not go on', () => {
  let room = say(lobby('ada', 'bob'), 'bob', '*', noon)
  room = rooms.joined(room, 'cy', noon)
  room = say(room, 'bob', '*', noon)

  assert.deepEqual(continuing(room), [false, false])
})

test('only the newest 500 lines are kept', () => {
  let room = lobby('ada', 'bob')
  for (let number = 1; number <= 600; number++) {
    room = rooms.said(room, { from: 'bob', target: '*', text: String(number) }, noon)
  }

  assert.equal(room.lines.length, 500)
  assert.equal(room.lines[0]?.text, '101')
  assert.equal(room.lines.at(-1)?.text, '600')
})

test('a message can be sent only while online', () => {
  const room = lobby('ada', 'bob')

  assert.equal(rooms.canSend(room), true)
  for (const link of ['connecting', 'reconnecting'] as const) {
    assert.equal(rooms.canSend(rooms.linked(room, link)), false, link)
  }
})

test('words for somebody who leaves are held back, not turned to everyone, until he returns', () => {
  let room = rooms.aimed(lobby('ada', 'bob'), 'bob')
  room = rooms.left(room, 'bob', noon)
  assert.deepEqual([room.target, rooms.targetLeft(room), rooms.canSend(room)], ['bob', true, false])

  room = rooms.joined(room, 'bob', noon)

  assert.deepEqual([room.target, rooms.targetLeft(room), rooms.canSend(room)], ['bob', false, true])
})

test('one cannot write to oneself alone', () => {
  assert.equal(rooms.aimed(lobby('ada', 'bob'), 'ada').target, rooms.everyone)
})

test('an unsent message is a line until it is sent again', () => {
  const message = { target: '*', text: 'hello', reason: 'no answer came.' }
  const room = rooms.unsent(lobby('ada'), message, noon)
  const line = room.lines.at(-1)
  assert.deepEqual(line, { kind: 'unsent', at: noon, ...message })

  assert.deepEqual(texts(rooms.withoutLine(room, line)), ['You entered the room.'])
})

function lobby(self: string, ...others: string[]): rooms.Room {
  const room = rooms.entered(rooms.createRoom(self, 'lobby'), [self, ...others], noon)
  return rooms.linked(room, 'online')
}

function say(room: rooms.Room, from: string, target: string, at: number): rooms.Room {
  return rooms.said(room, { from, target, text: 'words' }, at)
}

function texts(room: rooms.Room): string[] {
  return room.lines.map((line) => line.text)
}

function continuing(room: rooms.Room): boolean[] {
  return room.lines.flatMap((line) => (line.kind === 'message' ? [line.continues] : []))
}
