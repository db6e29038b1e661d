import { listRoutes } from '../dispatch/list-routes.ts'
import { SetupError } from '../errors.ts'
import { findApplication } from './application-folder.ts'

/** Prints what clients and servers may call. @throws {SetupError} a module does not load. */
export async function routes({ dir }: { readonly dir?: string }): Promise<void> {
  const { directory } = findApplication(dir)
  const types = await listRoutes(directory)
  if (types.length === 0) throw new SetupError(`no folder app/servers in ${directory}, or nothing in it`)
  const blocks = types.map(({ type, handlers, remotes }) =>
    [type, ...section('handlers', handlers), ...section('remotes', remotes)].join('\n'),
  )
  process.stdout.write(`${blocks.join('\n\n')}\n`)
}

function section(title: string, names: readonly string[]): string[] {
  return names.length === 0 ? [] : [`  ${title}`, ...names.map((name) => `    ${name}`)]
}
