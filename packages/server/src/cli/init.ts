import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SetupError } from '../errors.ts'

/**
 * Makes a project, a small chat that runs at once, and prints what it wrote and what to do next.
 * @throws {SetupError} the folder is not empty, unless `force` lets files of the same name be replaced; or it cannot be
 * written to.
 */
export async function init(directory: string, { force = false }: { force?: boolean } = {}): Promise<void> {
  const folder = resolve(directory)
  const files = await readTemplate(toPackageName(basename(folder)))
  try {
    await makeFolder(folder)
    if (!force) await refuseUsed(folder)
    for (const { path, text } of files) await write(join(folder, path), text)
  } catch (error) {
    if (error instanceof SetupError) throw error
    throw new SetupError(`cannot make a project in ${folder}: ${(error as Error).message}`, { cause: error })
  }
  process.stdout.write(describe(folder, files))
}

interface TemplateFile {
  /** Below the project's folder. */
  readonly path: string
  readonly text: string
}

const packageFolder = fileURLToPath(new URL('../../', import.meta.url))

/** Returns the files of a new project, sorted by path. */
async function readTemplate(name: string): Promise<readonly TemplateFile[]> {
  const folder = join(packageFolder, 'template')
  const manifest = await readFile(join(packageFolder, 'package.json'), 'utf8')
  const { version } = JSON.parse(manifest) as { version: string }
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile())
    .map(async (entry) => {
      const source = join(entry.parentPath, entry.name)
      const file = { path: relative(folder, source), text: await readFile(source, 'utf8') }
      return fill(file, name, version)
    })
  return (await Promise.all(files)).sort((a, b) => (a.path < b.path ? -1 : 1))
}

function fill({ path, text }: TemplateFile, name: string, version: string): TemplateFile {
  switch (path) {
    // npm leaves a file out of packages that has its real name
    case '_gitignore':
      return { path: '.gitignore', text }
    case 'README.md':
      return { path, text: text.replace('my-chat', name) }
    case 'package.json':
      return { path, text: fillManifest(text, name, version) }
    default:
      return { path, text }
  }
}

function fillManifest(text: string, name: string, version: string): string {
  const manifest = JSON.parse(text) as { dependencies: Record<string, string> }
  // both packages have one version
  const dependencies = Object.fromEntries(
    Object.keys(manifest.dependencies).map((key) => [key, `^${version}`]),
  )
  return `${JSON.stringify({ ...manifest, name, dependencies }, null, 2)}\n`
}

/** Returns the name for a package in a folder of that name: npm allows letters without accents, digits, `-`, `_` and dots. */
function toPackageName(folderName: string): string {
  const name = folderName
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|-+$/g, '')
    .slice(0, longestName)
  return name === '' || reservedNames.has(name) ? 'my-chat' : name
}

const longestName = 214
/** What npm refuses, and what would be taken for the framework. */
const reservedNames = new Set(['node_modules', 'favicon.ico', 'shaddock'])

async function refuseUsed(folder: string): Promise<void> {
  // a repository may be made first
  const [first] = (await readdir(folder)).filter((name) => name !== '.git')
  if (first === undefined) return
  throw new SetupError(
    `${folder} is not empty, it has ${first}: name another folder, or write into it with --force`,
  )
}

async function write(path: string, text: string): Promise<void> {
  await makeFolder(dirname(path))
  await writeFile(path, text)
}

/** Makes a folder and those above it. Node's own way to do so tries for ever where no folder can be made, as in /proc. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (error) {
    // what node:fs throws has a code
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    if (code !== 'ENOENT') throw error
    await makeFolder(dirname(path))
    await mkdir(path)
  }
}

function describe(folder: string, files: readonly TemplateFile[]): string {
  const way = relative('.', folder)
  return [
    `Made a chat in ${folder}:`,
    '',
    ...files.map(({ path }) => `  ${path}`),
    '',
    'Next:',
    '',
    ...(way === '' ? [] : [`  cd ${quote(way)}`]),
    '  npm install',
    '  npm start',
    '',
    '',
  ].join('\n')
}

/** Returns a path as a shell takes it. */
function quote(path: string): string {
  if (/^[\p{L}\p{N}_./-]+$/u.test(path)) return path
  return `'${path.replaceAll("'", `'\\''`)}'`
}
