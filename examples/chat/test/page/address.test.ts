import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressOf, entryOf, invitationOf } from '../../web-server/page/address.ts'

const page = 'http://127.0.0.1:3001/index.html'

test('name and room are read from the address, without the spaces around them', () => {
  assert.deepEqual(entryOf(`${page}?name=%20ada&room=%E5%A4%A7%E5%8E%85`), { name: 'ada', room: '大厅' })
})

test('what the address does not have is empty', () => {
  assert.deepEqual(entryOf(page), { name: '', room: '' })
})

test('an address made for an entry is read back as that entry', () => {
  const entry = { name: '王_1', room: 'a&b=c#d' }

  assert.deepEqual(entryOf(addressOf(`${page}?name=old&other=1#top`, entry)), entry)
})

test('an invitation has the room and no name', () => {
  assert.equal(invitationOf(`${page}?name=ada&room=lobby#top`, 'lobby'), `${page}?room=lobby`)
})
