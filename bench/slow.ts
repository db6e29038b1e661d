// Back-pressure: a client among 1,000 that stops reading. `--help`
import { readFileSync } from 'node:fs'
import { formatTable } from '../packages/server/src/cli/format.ts'
import { formatLatency, formatMebibytes, formatNumber } from '../packages/server/src/load/numbers.ts'
import { findMaximum } from './maximum.ts'
import { Neighbours } from './neighbours.ts'
import { Observer } from './observer.ts'
import { Refusal } from './refusal.ts'
import { readNumber, runScript } from './script.ts'
import { doRounds } from './slow-rounds.ts'
import type { Round, Second } from './slow-rounds.ts'
import { median, middle, signed } from './statistics.ts'
import { startSystem } from './system.ts'
import { hall, launchShaddock } from './systems.ts'

const crowd = { clients: 999, roomSize: 999, sendersPerRoom: 10, room: 'hall' }
/** The default of `maxBacklogBytes`. */
const limitBytes = 1_048_576
/** What a push has beside its text: route, sender, JSON, packet, WebSocket frame. */
const frameBytes = 200
/** Some backlogs, of which the garbage collector has not freed all but the last. */
const memoryAllowanceBytes = 16 * limitBytes
/** How far the others' p99 may move. */
const maxMove = 0.1
/** Seconds in which the load generator sent later, or other programs used more of the machine, do not count. */
const maxLateMs = 10
const maxOthers = 0.1
/** What may wait for one who reads, for a moment. */
const momentaryBytes = 0.1 * limitBytes
const roundsAtATime = 4
const leastRounds = 4

await runScript({
  usage: `npm run slow --workspace bench -- [options]

One client of 1,000 in a room stops reading while ten others talk. When more than maxBacklogBytes wait for it, it is
to be closed with the reason "slow", it may come back, and nobody else is to notice. Phases in which all read take
turns with phases in which one does not, until it is clear whether the others' p99 moves by 10 % while the server
holds something for the one.

  --rounds <n>   the most pairs of phases; ${roundsAtATime} are done at a time (24)
  --bytes <n>    how long a message is (8000)
  --share <x>    how fast they talk, of what is possible one message after the other (0.5)

Seconds in which the load generator was late, or other programs used a tenth of the machine, do not count.
Exit codes: 0 all as promised, 1 not, 3 no result, as too few seconds count.`,
  options: { rounds: '24', bytes: '8000', share: '0.5' },
  run: async (options) => {
    const mostRounds = readNumber('rounds', options.rounds)
    const messageBytes = readNumber('bytes', options.bytes)
    const share = readNumber('share', options.share)
    await using system = await startSystem('local', await launchShaddock([], { ...hall, connectors: 1 }))
    await using observer = await Observer.open(system)
    const neighbours = new Neighbours()
    await neighbours.quiet(maxOthers)
    // with more than one, messages join in fewer writes: that would be no measure for messages that come apart
    const maximum = await findMaximum(system, { ...crowd, sendersPerRoom: 1 }, messageBytes)
    const rate = share * maximum.perSecond
    const secondsPerPhase = 3 + (1.2 * (kernelBytes() + limitBytes)) / (rate * messageBytes)
    console.log(
      `${formatNumber(rate)} messages of ${messageBytes} bytes a second, each to 1,000 clients; one after the other, ` +
        `${maximum.says}; phases of ${Math.round(secondsPerPhase)} s`,
    )
    const rounds: Round[] = []
    while (rounds.length < mostRounds && !isClear(rounds)) {
      await neighbours.quiet(maxOthers)
      const some = { system, observer, crowd, messageBytes, rate, secondsPerPhase }
      rounds.push(...(await doRounds(roundsAtATime, some)))
      console.log(`${rounds.length} rounds: ${describeMoves(movesOf(rounds))}`)
    }
    printRounds(rounds)
    console.log(neighbours.describe())
    const failures = failuresOf(rounds, messageBytes)
    if (failures.length === 0 && movesOf(rounds).length < leastRounds)
      throw new Refusal('in most rounds the load generator was late, or other programs ran')
    return failures
  },
})

/** What the kernel takes for who does not read, before the server holds anything. */
function kernelBytes(): number {
  return Number(readFileSync('/proc/sys/net/ipv4/tcp_wmem', 'utf8').split('\t')[2])
}

/** How far the others' p99 moved, of the rounds that say it. */
function movesOf(rounds: readonly Round[]): number[] {
  return rounds.flatMap((round) => {
    const [before, during] = [p99Of(round.before), p99Of(holding(round))]
    return before === undefined || during === undefined ? [] : [during / before - 1]
  })
}

/** While the server held something for who does not read: before that only the kernel did, which costs it nothing. */
function holding({ during }: Round): Second[] {
  return during.filter(({ backlogBytes, isReadingOn }) => backlogBytes > momentaryBytes && !isReadingOn)
}

/** Returns the p99 of the middle one of the seconds that count. */
function p99Of(seconds: readonly Second[]): number | undefined {
  const counted = seconds.filter(
    ({ lateMs, others, p99 }) => lateMs <= maxLateMs && others <= maxOthers && p99 > 0,
  )
  return counted.length === 0 ? undefined : median(counted.map(({ p99 }) => p99))
}

/** Whether more rounds would hardly change the verdict. */
function isClear(rounds: readonly Round[]): boolean {
  const moves = movesOf(rounds)
  if (moves.length < leastRounds) return false
  const [least, most] = middle(moves)
  return most < maxMove || least >= maxMove
}

function failuresOf(rounds: readonly Round[], messageBytes: number): string[] {
  const failures: string[] = []
  const moves = movesOf(rounds)
  if (moves.length >= leastRounds && median(moves) >= maxMove)
    failures.push(`${describeMoves(moves)}, which is not to reach ${signed(maxMove)}`)
  for (const [index, round] of rounds.entries()) {
    const { reason, closedAfterMs } = round.slow
    const who = `round ${index + 1}: the client that did not read`
    if (reason === undefined) failures.push(`${who} was not closed within ${formatLatency(closedAfterMs)}`)
    else if (reason !== 'slow') failures.push(`${who} was not closed as "slow": "${reason}"`)
    const backlogBytes = most(round.during, 'backlogBytes')
    // one frame may pass the limit
    if (backlogBytes > limitBytes + messageBytes + frameBytes)
      failures.push(
        `${who} had ${formatNumber(backlogBytes)} bytes waiting, more than ${limitBytes} and a frame`,
      )
  }
  const { before, during } = memoryOf(rounds)
  if (during - before > memoryAllowanceBytes)
    failures.push(`its connector took ${formatMebibytes(during - before)} more than while all read`)
  return failures
}

function memoryOf(rounds: readonly Round[]): { before: number; during: number } {
  const usual = (of: 'before' | 'during') => median(rounds.map((round) => most(round[of], 'memoryBytes')))
  return { before: usual('before'), during: usual('during') }
}

function most(seconds: readonly Second[], of: 'memoryBytes' | 'backlogBytes'): number {
  return Math.max(0, ...seconds.map((second) => second[of]))
}

function describeMoves(moves: readonly number[]): string {
  if (moves.length === 0) return 'none counts: the load generator was late, or other programs ran'
  const [least, most] = middle(moves)
  const between = `the truth lies between ${signed(least)} and ${signed(most)}`
  return `the others' p99 moved by ${signed(median(moves))} (${moves.length} rounds count; ${between})`
}

function printRounds(rounds: readonly Round[]): void {
  const p99 = (of: (round: Round) => readonly Second[]) => {
    const values = rounds.flatMap((round) => p99Of(of(round)) ?? [])
    return values.length === 0 ? '–' : formatLatency(median(values))
  }
  const memory = memoryOf(rounds)
  const lives = rounds.map(({ slow }) => slow)
  const backlog = Math.max(...rounds.map(({ during }) => most(during, 'backlogBytes')))
  const rows = [
    ['', 'all read', 'one does not'],
    ["the others' p99", p99(({ before }) => before), p99(holding)],
    ['memory of the connector', formatMebibytes(memory.before), formatMebibytes(memory.during)],
    ['held for the one at most', '', `${formatNumber(backlog)} bytes`],
    ['with what the kernel held', '', formatMebibytes(Math.max(...lives.map((slow) => slow.waitedBytes)))],
    ['closed after', '', formatLatency(median(lives.map((slow) => slow.closedAfterMs)))],
    ['closed as', '', [...new Set(lives.map(({ reason }) => reason ?? 'not closed'))].join(', ')],
  ]
  console.log(`\n${formatTable(rows, new Set([1, 2]))}`)
}
