import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** An application's folder with the `config` files that a test names. */
export interface ApplicationFolder extends AsyncDisposable {
  readonly directory: string
  /** Writes `config/<name>`: a text as it is, anything else as JSON. */
  write(name: string, content: unknown): Promise<void>
}

export async function createFolder(files: Record<string, unknown> = {}): Promise<ApplicationFolder> {
  const directory = await mkdtemp(join(tmpdir(), 'shaddock-config-'))
  const write = async (name: string, content: unknown) => {
    const path = join(directory, 'config', name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
  }
  for (const [name, content] of Object.entries(files)) await write(name, content)
  return { directory, write, [Symbol.asyncDispose]: () => rm(directory, { recursive: true }) }
}
