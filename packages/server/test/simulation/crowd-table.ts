import { callTimeoutMs, Crowd } from './crowd.ts'
import type { Calls, Member } from './crowd.ts'
import { Progress } from './progress.ts'
import { Random } from './random.ts'
import type { VirtualProcess } from './virtual-process.ts'

/** What is done to many servers, and for how long. */
interface Phase {
  readonly name: string
  /** Does it; resolves when no more is done. */
  act(crowd: Crowd, random: Random): Promise<void>
}

const callEveryMs = 2
const lookEveryMs = 20
/** More than so many tell one another half as often that they live: that is what costs most here. */
const manyServers = 500
/** How long to wait at most until all agree. */
const patienceMs = 60_000

const phases: readonly Phase[] = [
  { name: 'nothing', act: () => pause(2_000) },
  { name: 'one in a hundred is killed', act: kill },
  { name: 'as many come anew', act: comeBack },
  { name: 'one in fifty stops and starts again, in order', act: restart },
  { name: 'churn: for 10 s, two a second are killed and come anew', act: churn },
  { name: 'a third is cut off for 8 s', act: cutOff },
]

/** Takes the rows of a table, each as soon as it is known, and meanwhile how far it is. */
export interface Reader {
  print(row: string): void
  tell(progress: string): void
}

/** Runs many servers, and says in a table what became of them. */
export async function simulateCrowd(count: number, seed: number, reader: Reader): Promise<void> {
  const random = new Random(seed)
  const crowd = new Crowd(random, count > manyServers ? 2_000 : 1_000)
  const progress = new Progress(reader.tell)
  const undo = crowd.time.install(random.fork())
  try {
    reader.print(
      `| ${count} servers, seed ${seed} | all agree after | calls | answered | by another than the key's owner | refused | never answered |`,
    )
    reader.print('| --- | --: | --: | --: | --: | --- | --: |')
    const starts = { name: 'they start, all in 5 s', act: () => startAll(crowd, count, random) }
    for (const phase of [starts, ...phases]) reader.print(await measure(crowd, phase, random, progress))
  } finally {
    undo()
  }
}

/** Returns the row of a phase. */
async function measure(
  crowd: Crowd,
  { name, act }: Phase,
  random: Random,
  progress: Progress,
): Promise<string> {
  const { time } = crowd
  const beganAt = time.now
  const look = async () => {
    await time.run(time.now + lookEveryMs)
    progress.note(() => `${name}: after ${time.now - beganAt} ms there are ${crowd.alive.size} servers`)
  }
  const calls: Calls = { sent: 0, answered: 0, wrong: 0, refused: new Map() }
  crowd.calls = calls
  const calling = setInterval(() => crowd.call(), callEveryMs)
  let isDone = false
  void act(crowd, random).then(() => (isDone = true))
  while (!isDone) await look()
  const doneAt = time.now
  while (crowd.wrongViews > 0 && time.now < doneAt + patienceMs) await look()
  const agreedAfter = crowd.wrongViews > 0 ? 'never' : `${((time.now - doneAt) / 1_000).toFixed(2)} s`
  const calmUntil = time.now + 1_000
  while (time.now < calmUntil) await look()
  clearInterval(calling)
  const deadline = time.now + callTimeoutMs + 500
  while (crowd.waiting > 0 && time.now < deadline) await look()
  const refused = [...calls.refused].map(([code, times]) => `${times} ${code}`).join(', ') || '0'
  const failed = [...calls.refused.values()].reduce((total, times) => total + times, 0)
  const unanswered = calls.sent - calls.answered - failed
  return `| ${name} | ${agreedAfter} | ${calls.sent} | ${calls.answered} | ${calls.wrong} | ${refused} | ${unanswered} |`
}

async function startAll(crowd: Crowd, count: number, random: Random): Promise<void> {
  const starts = Array.from({ length: count }, async (_, number) => {
    await pause(random.between(0, 5_000))
    await crowd.start(number)
  })
  await Promise.all(starts)
}

const gone: number[] = []

async function kill(crowd: Crowd, random: Random): Promise<void> {
  for (const member of some(crowd, random, 100)) {
    gone.push(numberOf(member))
    crowd.kill(member)
  }
}

async function comeBack(crowd: Crowd): Promise<void> {
  await Promise.all(gone.splice(0).map((number) => crowd.start(number)))
}

async function restart(crowd: Crowd, random: Random): Promise<void> {
  for (const member of some(crowd, random, 50)) {
    await crowd.stop(member)
    await crowd.start(numberOf(member))
  }
}

async function churn(crowd: Crowd, random: Random): Promise<void> {
  const starts: Promise<void>[] = []
  for (let left = 20; left > 0; left--) {
    const [member] = some(crowd, random, Infinity)
    crowd.kill(member!)
    starts.push(pause(1_000).then(() => crowd.start(numberOf(member!))))
    await pause(500)
  }
  await Promise.all(starts)
}

async function cutOff(crowd: Crowd, random: Random): Promise<void> {
  const apart = new Set(some(crowd, random, 3).map(({ process }) => process))
  const isApart = (process: VirtualProcess) => apart.has(process)
  const heal = crowd.network.cut({
    keeps: (from, to) => isApart(from) !== isApart(to),
    ...{ fate: 'lost', isNoticed: true },
  })
  await pause(8_000)
  heal()
}

/** Returns one in so many of those who are there, one at the least. */
function some(crowd: Crowd, random: Random, oneIn: number): Member[] {
  const all = [...crowd.alive]
  const chosen = new Set<Member>()
  while (chosen.size < Math.max(1, Math.round(all.length / oneIn))) chosen.add(random.pick(all))
  return [...chosen]
}

function numberOf({ entry }: Member): number {
  return Number(entry.id.slice(entry.id.indexOf('-') + 1))
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
