import { withMaster } from './master-client.ts'
import type { IdsCommand } from './stop.ts'

/** Stops and starts servers, one after the other; without ids, those that were not stopped. @throws {SetupError} nothing runs. */
export async function restart({ dir, ids }: IdsCommand): Promise<void> {
  await withMaster(dir, (master) => (ids.length > 0 ? master.restart(ids) : master.restart()))
  process.stdout.write(ids.length > 0 ? `restarted ${ids.join(', ')}\n` : 'restarted all servers that ran\n')
}
