import { withMaster } from './master-client.ts'
import type { IdsCommand } from './stop.ts'

/** Ends servers at once, whatever they do. @throws {SetupError} nothing runs. */
export async function kill({ dir, ids }: IdsCommand): Promise<void> {
  const isGone = await withMaster(dir, async (master) => {
    if (ids.length > 0) await master.kill(ids)
    else await master.kill().then(() => master.gone())
    return master.isGone
  })
  const all = `all servers; their master ${isGone ? 'was gone' : 'has ended'}`
  process.stdout.write(`killed ${ids.length > 0 ? ids.join(', ') : all}\n`)
}
