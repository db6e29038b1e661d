import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hueOf } from '../../web-server/page/colour.ts'

test('a name always has the same hue', () => {
  assert.equal(hueOf('ada'), 96)
  assert.equal(hueOf('王小明'), 216)
})

test('names that differ in their last digit alone use every hue', () => {
  const hues = Array.from({ length: 100 }, (_, number) => hueOf(`user${number}`))

  assert.equal(new Set(hues).size, 15)
})

test('a hue is a multiple of 24 degrees, below a full turn', () => {
  for (let number = 0; number < 500; number++) {
    const hue = hueOf(`user${number}`)
    assert.ok(hue >= 0 && hue < 360 && hue % 24 === 0, `user${number}: ${hue}`)
  }
})
