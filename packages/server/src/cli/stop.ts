import { nag } from './console.ts'
import { withMaster } from './master-client.ts'
import type { Master } from './master-client.ts'

export interface IdsCommand {
  readonly dir?: string
  /** Empty: all servers, and the master. */
  readonly ids: readonly string[]
}

/** Stops servers, each after its calls in flight. @throws {SetupError} nothing runs. */
export async function stop({ dir, ids }: IdsCommand): Promise<void> {
  const isGone = await withMaster(dir, async (master) => {
    const stopped = ids.length > 0 ? master.stop(ids) : master.stop().then(() => master.gone())
    await nag(stopped, async () => `still stopping: ${await listStopping(master)}`)
    return master.isGone
  })
  const all = isGone ? 'all servers; their master was gone' : 'all servers and their master'
  process.stdout.write(`stopped ${ids.length > 0 ? ids.join(', ') : all}\n`)
}

async function listStopping(master: Master): Promise<string> {
  const statuses = await master.list()
  const stopping = statuses.filter(({ type, state }) => type !== 'master' && state === 'stopping')
  return stopping.map(({ id }) => id).join(', ')
}
