/** Returns a random prime of `bits` bits, the two highest of them set, that `suits`. */
export function randomPrime(bits: number, suits: (prime: bigint) => boolean): bigint {
  for (;;) {
    const candidate = randomOdd(bits)
    if (isPrime(candidate) && suits(candidate)) return candidate
  }
}

/** Returns `base` to the power of `exponent`, modulo `modulus`. */
export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  let square = base
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}

function randomOdd(bits: number): bigint {
  const bytes = crypto.getRandomValues(new Uint8Array(bits / 8))
  const random = bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n)
  return random | (3n << BigInt(bits - 2)) | 1n
}

function isPrime(candidate: bigint): boolean {
  return (
    smallPrimes.every((prime) => candidate % prime !== 0n) &&
    witnesses.every((base) => passes(candidate, base))
  )
}

/** Most candidates have one of these as a divisor. */
const smallPrimes = primesUpTo(1_000)

/** Of random candidates of 512 bits, eight bases let through fewer than one in 2^80 that are not prime. */
const witnesses = smallPrimes.slice(0, 8)

/** The test of Miller and Rabin, to one base. */
function passes(candidate: bigint, base: bigint): boolean {
  let odd = candidate - 1n
  let halvings = 0
  for (; (odd & 1n) === 0n; odd >>= 1n) halvings++
  let value = power(base, odd, candidate)
  if (value === 1n) return true
  for (let round = 0; round < halvings; round++) {
    if (value === candidate - 1n) return true
    value = (value * value) % candidate
  }
  return false
}

function primesUpTo(limit: number): bigint[] {
  const primes: number[] = []
  for (let candidate = 2; candidate < limit; candidate++) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate)
  }
  return primes.map(BigInt)
}
