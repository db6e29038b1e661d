import { withMaster } from './master-client.ts'
import type { IdsCommand } from './stop.ts'

/** Ends servers at once, whatever they do. @throws {SetupError} none runs. */
export async function kill({ dir, ids }: IdsCommand): Promise<void> {
  await withMaster(dir, async (master) => {
    if (ids.length > 0) return master.kill(ids)
    await master.kill()
    await master.gone()
  })
  process.stdout.write(
    ids.length > 0 ? `killed ${ids.join(', ')}\n` : 'killed all servers; their master has ended\n',
  )
}
