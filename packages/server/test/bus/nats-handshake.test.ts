import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judge } from '../../src/bus/nats-handshake.ts'
import type { LinkNumbers, MessageHead } from '../../src/bus/nats-handshake.ts'

type Link = { -readonly [Key in keyof LinkNumbers]: LinkNumbers[Key] }

/** One of two buses: what it knows of its link, and what it has said that has not arrived. */
class Side {
  link: Link | undefined
  readonly said: MessageHead[] = []
  #lastNumber = 0
  #lastMessage = 0

  call(theirs = 0): void {
    this.link = { number: ++this.#lastNumber, theirs, isOpen: false }
    this.#lastMessage = 0
    this.#say(0)
  }

  hear(head: MessageHead): void {
    const verdict = judge(this.link, head)
    if (verdict === 'call') this.call()
    if (verdict === 'answer') this.call(head.theirs)
    if (verdict === 'open' || verdict === 'reopen' || verdict === 'answer') {
      Object.assign(this.link ?? {}, { theirs: head.theirs, isOpen: true })
      this.talk()
    }
  }

  /** Says something, as each side does on an open link now and then. */
  talk(): void {
    if (this.link?.isOpen) this.#say(++this.#lastMessage)
  }

  #say(message: number): void {
    if (this.link) this.said.push({ theirs: this.link.number, mine: this.link.theirs, message })
  }
}

/** Delivers what both have said, in order from each, by turns that chance decides. Returns whether it comes to an end. */
function settle([one, other]: readonly [Side, Side], chance: () => number): boolean {
  for (let steps = 0; steps < 1_000; steps++) {
    const speakers = [one, other].filter(({ said }) => said.length > 0)
    const speaker = speakers[Math.floor(chance() * speakers.length)]
    if (speaker === undefined) return true
    const hearer = speaker === one ? other : one
    hearer.hear(speaker.said.shift()!)
  }
  return false
}

function assertLinked([one, other]: readonly [Side, Side]): void {
  assert.deepEqual(
    [one.link?.isOpen, one.link?.theirs, other.link?.isOpen, other.link?.theirs],
    [true, other.link?.number, true, one.link?.number],
  )
}

test('who calls is answered, and both have the link', () => {
  const [one, other] = [new Side(), new Side()]

  one.call()
  assert.ok(settle([one, other], () => 0))

  assertLinked([one, other])
  assert.deepEqual([one.link?.number, other.link?.number], [1, 1])
})

test('two that call at once have one link, with no more calls', () => {
  const [one, other] = [new Side(), new Side()]

  one.call()
  other.call()
  assert.ok(settle([one, other], () => 0))

  assertLinked([one, other])
  assert.deepEqual([one.link?.number, other.link?.number], [1, 1])
})

test('who has lost a link and calls again is answered on another', () => {
  const [one, other] = [new Side(), new Side()]
  one.call()
  settle([one, other], () => 0)

  one.call()
  assert.ok(settle([one, other], () => 0))

  assertLinked([one, other])
  assert.deepEqual([one.link?.number, other.link?.number], [2, 2])
})

test('what comes late of an earlier link is not heard', () => {
  const link = { number: 3, theirs: 5, isOpen: true }

  for (const message of [0, 7]) assert.equal(judge(link, { theirs: 4, mine: 0, message }), 'ignore')
})

test('whatever two say late, lose and begin again, they end with one link', () => {
  for (let seed = 1; seed <= 3_000; seed++) {
    const chance = createChance(seed)
    const sides = [new Side(), new Side()] as const
    for (let count = 12; count > 0; count--) {
      const side = sides[Math.floor(chance() * 2)]!
      const other = side === sides[0] ? sides[1] : sides[0]
      const what = chance()
      // it calls, gives its link up, says something, or hears something, long after it was said
      if (what < 0.3) side.call()
      else if (what < 0.4) side.link = undefined
      else if (what < 0.6) side.talk()
      else if (other.said.length > 0) side.hear(other.said.shift()!)
    }
    // as happens when one hears of the other again, and nobody gives up any more
    for (let round = 0; round < 3; round++) {
      for (const side of sides) {
        if (side.link?.isOpen) side.talk()
        else side.call()
      }
      assert.ok(settle(sides, chance), `seed ${seed} comes to no end`)
    }
    assertLinked(sides)
  }
})

/** Returns numbers from 0 to 1, the same for the same seed. */
function createChance(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
