import { measure } from './measure.ts'
import type { Row } from './row.ts'
import { startSystem } from './system.ts'
import type { SystemChoice } from './system.ts'
import type { Work } from './works.ts'

/** About a second a row. */
const options = { seconds: { warm: 0.2, measured: 1 }, isLenient: true }

/** Does every work on every system for a moment, on all at once: the numbers say no more than that there are some. */
export async function smoke(systems: readonly SystemChoice[], works: readonly Work[]): Promise<Row[]> {
  return (await Promise.all(systems.map((system) => smokeOne(system, works)))).flat()
}

async function smokeOne({ name, launch }: SystemChoice, works: readonly Work[]): Promise<Row[]> {
  const rows: Row[] = []
  const refuse = (work: Work, error: unknown) =>
    rows.push({ system: name, work: work.name, refusal: String(error) })
  try {
    await using system = await startSystem(name, await launch())
    for (const work of works) {
      try {
        rows.push({ system: name, work: work.name, numbers: await measure(work, system, options) })
      } catch (error) {
        refuse(work, error)
      }
    }
  } catch (error) {
    for (const work of works.slice(rows.length)) refuse(work, error)
  }
  return rows
}
