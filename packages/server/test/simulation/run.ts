import { createHash } from 'node:crypto'
import { misfortune } from './faults.ts'
import { checkLosses, checkMessages, checkSettled } from './invariants.ts'
import { noteMessage } from './note-message.ts'
import { Person } from './person.ts'
import { Random } from './random.ts'
import { World } from './world.ts'

/** What became of one seed. */
export interface Outcome {
  readonly seed: number
  readonly violations: readonly string[]
  /** What happened, a line each. */
  readonly trace: readonly string[]
  /** The same for two runs that were the same. */
  readonly mark: string
  readonly said: number
  readonly heard: number
}

const calmMs = 2_000
const misfortuneMs = 8_000
/** As long as it may take, after all has healed, until everybody is where they should be. */
const settleMs = 12_000
const rollCallMs = 1_500

/** Runs the world of a seed, from its beginning to its end. */
export async function runSeed(seed: number, { messages = false } = {}): Promise<Outcome> {
  const random = new Random(seed)
  const world = new World(random)
  if (messages) world.network.onSay = ({ name }, subject, data) => noteMessage(world, name, subject, data)
  const undo = world.time.install(random.fork())
  try {
    await live(world)
  } finally {
    undo()
  }
  const mark = createHash('md5').update(world.trace.join('\n')).digest('hex')
  const said = sum(world.people.map(({ sayings }) => sayings.length))
  const heard = sum(world.people.map(({ heard: all }) => all.length))
  return { seed, violations: world.violations, trace: world.trace, mark, said, heard }
}

async function live(world: World): Promise<void> {
  const { random, time, people } = world
  const chats = random.integer(2, 4)
  const connectors = random.integer(2, 3)
  for (let number = 1; number <= chats; number++) void world.start(`chat-${number}`)
  for (let number = 1; number <= connectors; number++) void world.start(`connector-${number}`)
  await time.run(calmMs)

  const rooms = random.integer(1, 4)
  for (let number = random.integer(4, 9); number > 0; number--)
    people.push(new Person(`person-${number}`, `room-${random.integer(1, rooms)}`, world))
  for (const person of people) person.start()
  await time.run(time.now + calmMs)

  let hasHealed = false
  void misfortune(world, misfortuneMs).then(() => (hasHealed = true))
  while (!hasHealed) {
    await time.run(time.now + 1_000)
    checkLosses(world)
  }

  await time.run(time.now + settleMs)
  world.isQuiet = true
  await time.run(time.now + rollCallMs)
  for (const person of people) time.in(person.process, () => void person.say())
  await time.run(time.now + rollCallMs)
  checkSettled(world)
  checkMessages(world)
  await end(world)
}

/** Everybody goes, and the servers stop in order: nothing may be left of them. */
async function end(world: World): Promise<void> {
  const { time, people } = world
  const present = people.filter(({ process }) => process.state === 'running')
  for (const person of present) time.in(person.process, () => person.leave())
  await time.run(time.now + 1_000)
  for (const { server } of world.alive)
    for (const { name } of server.app.channels.all())
      world.violate(`${server.info.id} keeps a room ${name} that everybody has left`)
  const stopping = world.alive
  for (const life of stopping) {
    let hasStopped = false
    void world.stop(life).then(() => (hasStopped = true))
    for (let seconds = 0; !hasStopped && seconds < 15; seconds++) await time.run(time.now + 1_000)
    if (!hasStopped) world.violate(`${life.entry.id} has not stopped after 15 s`)
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
