import { formatNumber } from '../packages/server/src/load/numbers.ts'
import { chatScenario, talk } from './chat-scenario.ts'
import type { ChatCrowd } from './chat-scenario.ts'
import { generateWhole } from './generate.ts'
import type { System } from './system.ts'

/** How fast it goes at most, to choose a rate below. */
export interface Maximum {
  readonly perSecond: number
  readonly says: string
}

/** Finds how many messages a second a crowd can send at most, each sender the next when the last was answered. */
export async function findMaximum(system: System, crowd: ChatCrowd, bytes: number): Promise<Maximum> {
  const phase = { churnPerSecond: 0, ...talk(bytes, { inFlight: 1 }) }
  const scenario = chatScenario(system, crowd, [
    { ...phase, name: 'warming up', measured: false, seconds: 2 },
    { ...phase, name: 'maximum', measured: true, seconds: 5 },
  ])
  const { phases, doubts } = await generateWhole({ scenario })
  const { answered, seconds } = phases.at(-1)!
  const perSecond = answered / seconds
  const whose = doubts.length > 0 ? 'the most that the load generator can do' : 'the most that is possible'
  return { perSecond, says: `${whose} is ${formatNumber(perSecond)} a second` }
}
