import type { Game } from '../test/fixtures/game.ts'

/**
 * Returns how long after `from` each other server gave up each of the victims, in milliseconds, as its log says; Infinity
 * where it has not.
 */
export async function timesDown(game: Game, victims: readonly string[], from: number): Promise<number[]> {
  const since = Date.now() - (performance.now() - from)
  const others = game.servers.filter((id) => !victims.includes(id))
  const times = others.map(async (other) => {
    const losses = lossesIn(await game.logOf(other)).filter(({ at }) => at >= Math.floor(since))
    return victims.map((victim) => {
      const loss = losses.find(({ server }) => server.startsWith(`${victim}@`))
      return loss === undefined ? Infinity : Math.max(0, loss.at - since)
    })
  })
  return (await Promise.all(times)).flat()
}

interface Loss {
  /** Its id and incarnation. */
  readonly server: string
  /** Milliseconds of the wall clock. */
  readonly at: number
}

function lossesIn(log: string): Loss[] {
  return log
    .split('\n')
    .filter((line) => line.includes('"server is gone"') && line.includes('"membership"'))
    .map((line) => JSON.parse(line) as { server: string; time: string })
    .map(({ server, time }) => ({ server, at: Date.parse(time) }))
}
