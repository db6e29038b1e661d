import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

const repository = join(import.meta.dirname, '../..')
const left = new Set(['node_modules', 'dist', 'logs', '.git', '.setup.lock'])

/** Copies the repository to a folder of its own, with what is installed and without what is built. `await using` it. */
export async function cloneRepository() {
  const root = await mkdtemp(join(tmpdir(), 'shaddock-clone-'))
  await cp(repository, root, { recursive: true, filter: (path) => !left.has(basename(path)) })
  const folders = (await readdir(join(root, 'packages'))).map((name) => join('packages', name))
  for (const folder of ['.', ...folders]) await linkInstalled(folder, root)
  return { root, [Symbol.asyncDispose]: () => rm(root, { recursive: true }) }
}

/** Links each installed package, and copies the links to the repository's own, which then mean the copy's. */
async function linkInstalled(folder, root) {
  const from = join(repository, folder, 'node_modules')
  const to = join(root, folder, 'node_modules')
  const entries = await readdir(from, { withFileTypes: true }).catch(() => [])

  for (const entry of entries) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    const isOwn = entry.isSymbolicLink() || entry.name === '@shaddock'
    await mkdir(to, { recursive: true })
    await (isOwn ? cp(source, target, { recursive: true, verbatimSymlinks: true }) : symlink(source, target))
  }
}
