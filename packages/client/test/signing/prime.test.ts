import assert from 'node:assert/strict'
import { checkPrimeSync } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { power, randomPrime } from '../../src/signing/prime.ts'

test('a random prime is prime, of its length, with its two highest bits set', () => {
  for (let round = 0; round < 5; round++) {
    const prime = randomPrime(256, () => true)

    assert.ok(checkPrimeSync(prime))
    assert.equal(prime >> 254n, 3n)
  }
})

test('a prime that does not suit is passed over', () => {
  assert.equal(randomPrime(64, (prime) => prime % 4n === 3n) % 4n, 3n)
})

test('a power is what multiplying gives', () => {
  const big = fc.bigInt({ min: 0n, max: 2n ** 64n })

  fc.assert(
    fc.property(
      big,
      fc.bigInt({ min: 0n, max: 300n }),
      fc.bigInt({ min: 2n, max: 2n ** 64n }),
      (base, exponent, modulus) => {
        assert.equal(power(base, exponent, modulus), base ** exponent % modulus)
      },
    ),
  )
})
