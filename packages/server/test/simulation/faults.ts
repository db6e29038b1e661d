import type { Random } from './random.ts'
import type { Cut } from './virtual-network.ts'
import type { VirtualProcess } from './virtual-process.ts'
import type { Life, World } from './world.ts'

/** Something that goes wrong, or is done by an operator. Resolves when it is over, and undone where it is undone. */
type Fault = (world: World, random: Random) => Promise<void>

/** What may happen, as often as it stands here. */
const faults: readonly Fault[] = [
  kill,
  kill,
  kill,
  restart,
  restart,
  join,
  freeze,
  freeze,
  cutOff,
  cutOff,
  slowDown,
  vanish,
  vanish,
  wander,
  wander,
]

/** Lets some of it happen, at random moments of the next `ms`. Resolves when all has healed. */
export async function misfortune(world: World, ms: number): Promise<void> {
  const { random } = world
  const count = random.integer(1, 6)
  const happening: Promise<void>[] = []
  for (let left = count; left > 0; left--) {
    const own = random.fork()
    const fault = own.pick(faults)
    happening.push(pause(own.between(0, ms)).then(() => fault(world, own)))
  }
  await Promise.all(happening)
}

async function kill(world: World, random: Random): Promise<void> {
  const victim = choose(world, random)
  if (victim === undefined) return
  world.kill(victim)
  if (random.chance(0.2)) return
  await pause(random.pick([1, 300, 2_000, 6_000]))
  await world.start(victim.entry.id)
}

async function restart(world: World, random: Random): Promise<void> {
  const victim = choose(world, random)
  if (victim === undefined) return
  await world.stop(victim)
  await pause(random.pick([1, 300, 2_000]))
  await world.start(victim.entry.id)
}

async function join(world: World, random: Random): Promise<void> {
  const type = random.pick(['chat', 'chat', 'connector'])
  const known = world.lives.filter(({ entry }) => entry.type === type)
  await world.start(`${type}-${known.length + 1}`)
}

async function freeze(world: World, random: Random): Promise<void> {
  const victim = choose(world, random)
  if (victim === undefined) return
  const ms = random.pick([200, 1_000, 2_500, 4_000, 9_000])
  world.note(victim.process.name, `is frozen for ${ms} ms`)
  const over = world.trouble(victim.process)
  victim.process.freeze(world.time.now)
  await pause(ms)
  world.time.thaw(victim.process, random)
  world.note(victim.process.name, 'goes on')
  over()
}

async function cutOff(world: World, random: Random): Promise<void> {
  const alone = world.alive.filter(() => random.chance(0.4)).map(({ process }) => process)
  if (alone.length === 0) return
  const isAlone = (process: VirtualProcess) => alone.includes(process)
  const oneWay = random.chance(0.2)
  const cut: Cut = {
    keeps: (from, to) => isAlone(from) !== isAlone(to) && (!oneWay || isAlone(from)),
    fate: random.pick(['late', 'lost']),
    isNoticed: random.chance(0.5),
  }
  const ms = random.pick([300, 1_500, 4_000, 9_000])
  const names = alone.map(({ name }) => name).join(', ')
  const how = `${oneWay ? 'are not heard' : 'are cut off'}, messages ${cut.fate}, ${cut.isNoticed ? '' : 'not '}noticed`
  world.note('network', `${names} ${how}, for ${ms} ms`)
  const over = world.trouble()
  const heal = world.network.cut(cut)
  await pause(ms)
  heal()
  world.note('network', `${names} are back`)
  over()
}

async function slowDown(world: World, random: Random): Promise<void> {
  const ms = random.pick([100, 300])
  world.note('network', `is slow: up to ${ms} ms more`)
  const over = world.trouble()
  world.network.slownessMs = ms
  await pause(random.between(1_000, 5_000))
  world.network.slownessMs = 0
  world.note('network', 'is as fast as before')
  over()
}

async function vanish(world: World, random: Random): Promise<void> {
  const person = random.pick(world.people)
  const silently = random.chance(0.5)
  world.note(person.name, silently ? 'vanishes' : 'leaves')
  if (silently) person.vanish()
  else person.leave()
}

async function wander(world: World, random: Random): Promise<void> {
  const rooms = world.people.map(({ room }) => room)
  for (let left = random.integer(1, 5); left > 0; left--) {
    const person = random.pick(world.people)
    world.time.in(person.process, () => void person.move(random.pick(rooms)))
    await pause(random.between(1, 1_000))
  }
}

/** Returns a server that can be spared: another of its type is there. */
function choose(world: World, random: Random): Life | undefined {
  const able = world.alive.filter(
    ({ entry, process }) =>
      process.state === 'running' &&
      world.alive.some((other) => other.entry.type === entry.type && other.entry.id !== entry.id),
  )
  return able.length === 0 ? undefined : random.pick(able)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
