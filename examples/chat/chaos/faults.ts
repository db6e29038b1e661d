import type { Game } from '../test/fixtures/game.ts'
import { whyNoLoss } from '../test/fixtures/machines.ts'
import type { Place } from '../test/fixtures/place.ts'

/** `local`: all servers on one machine. `nats`: on three. */
export type BusName = 'local' | 'nats'

/** Something that goes wrong while people talk. */
export interface Fault {
  readonly name: string
  /** Returns when the fault began. It may be undone later, within `watchMs`. */
  act(game: Game): Promise<number>
  /** How long people go on talking after it. */
  readonly watchMs: number
  /** The longest time until everybody hears everybody again. */
  readonly recoverMs: number
  /** Returns the servers that fail, or are out of reach. @default none */
  victims?(game: Game): readonly string[]
  /** The longest time until all others have given all of them up. @default they need not */
  readonly downMs?: number
  /** Whether what was on its way is lost with it: messages may have been answered that not everybody heard. */
  readonly mayLose?: boolean
  /** Returns why it cannot happen here; undefined if it can. */
  whyNot?(): string | undefined
}

/** How long a server may be silent in the chaos: a tenth of the time after which clients are given up. */
export const downAfterMs = 3_000

/** Who is silent is looked for once a second, and may have last been heard as long ago. */
const silenceMs = downAfterMs + 1_500

/** Returns what may go wrong on a bus. */
export function faultsOf(bus: BusName): readonly Fault[] {
  const common = [
    { name: 'nothing', act: async () => performance.now(), watchMs: 3_000, recoverMs: 500 },
    kill('chat-1', bus === 'local' ? 1_500 : 4_000),
    kill('connector-1', 5_000),
    kill('gate-1', 500),
    killMaster,
    freeze('chat-1', downAfterMs + 2_000),
    // of those on a frozen connector nobody hears until it is back
    freeze('connector-1', 14_000),
    order('stop', 'chat-1'),
    order('restart', 'chat-2'),
    order('restart', 'connector-2'),
  ]
  return bus === 'local' ? common : [...common, ...faultsOfMachines]
}

const faultsOfMachines: readonly Fault[] = [
  // as long as it takes to send again what was not heard
  cut('chat-1', 2_000, 5_000),
  { ...cut('chat-1', 20_000, 26_000), downMs: silenceMs },
  { ...cut('connector-1', 20_000, 32_000), downMs: silenceMs },
  {
    name: 'kill a NATS server',
    async act(game) {
      const from = performance.now()
      await game.nats[1]?.kill()
      return from
    },
    watchMs: 8_000,
    recoverMs: 5_000,
    mayLose: true,
  },
  {
    name: 'lose 5 % of packets for 10 s',
    async act({ machines }) {
      const lose = (percent: number) => Promise.all(machines.map((machine) => machine.lose(percent)))
      const from = performance.now()
      await lose(5)
      setTimeout(() => void lose(0), 10_000)
      return from
    },
    watchMs: 12_000,
    recoverMs: 500,
    whyNot: whyNoLoss,
  },
]

function kill(server: string, recoverMs: number): Fault {
  return {
    name: `kill ${server}`,
    async act(game) {
      const pid = await game.pidOf(server)
      return signal(pid, 'SIGKILL')
    },
    watchMs: 6_000,
    recoverMs,
    victims: () => [server],
    // its master sees it die
    downMs: 500,
    mayLose: server.startsWith('chat'),
  }
}

/** The servers go on, the commands work, and the next master finds all as it is. */
const killMaster: Fault = {
  name: 'kill a master',
  async act({ places: [place] }) {
    const from = performance.now()
    await place?.killMaster()
    await expect(place, ['list'], /^master .* gone/m)
    await expect(place, ['stop', 'gate-1'], /^stopped gate-1$/m)
    await place?.start()
    if (!/^adopted .*, started gate-1$/m.test(place?.output ?? '')) throw new Error(place?.output)
    return from
  },
  watchMs: 2_000,
  recoverMs: 500,
}

async function expect(place: Place | undefined, words: readonly string[], pattern: RegExp): Promise<void> {
  const printed = (await place?.command(...words)) ?? ''
  if (!pattern.test(printed)) throw new Error(`${words.join(' ')} printed ${printed}`)
}

/** Down for the others after `downAfterMs`; then it comes back. */
function freeze(server: string, recoverMs: number): Fault {
  return {
    name: `freeze ${server} for 10 s`,
    async act(game) {
      const pid = await game.pidOf(server)
      setTimeout(() => signal(pid, 'SIGCONT'), 10_000)
      return signal(pid, 'SIGSTOP')
    },
    watchMs: 17_000,
    recoverMs,
    // those on a connector that stands still stay connected, and do not hear what is said meanwhile
    mayLose: server.startsWith('connector'),
    victims: () => [server],
    downMs: silenceMs,
  }
}

function order(command: string, server: string): Fault {
  return {
    name: `${command} ${server}`,
    async act(game) {
      const from = performance.now()
      await game.command(command, server)
      return from
    },
    watchMs: 4_000,
    recoverMs: 5_000,
  }
}

/** Whoever is on the machine of `server` is cut off, from the clients too. */
function cut(server: string, ms: number, recoverMs: number): Fault {
  return {
    name: `cut the machine of ${server} off for ${ms / 1_000} s`,
    async act(game) {
      const machine = game.machines[game.placeOf(server)]
      const from = performance.now()
      await machine?.unplug()
      setTimeout(() => void machine?.plugIn(), ms)
      return from
    },
    watchMs: ms + 10_000,
    recoverMs,
    victims: (game) => game.serversAt(game.placeOf(server)),
    mayLose: true,
  }
}

function signal(pid: number, name: NodeJS.Signals): number {
  const from = performance.now()
  process.kill(pid, name)
  return from
}
