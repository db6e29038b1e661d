// Compiles every package to its dist/, and the client's files for browsers: `npm run build`.
import { existsSync, globSync, rmSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { publicPackages, root } from './packages.mjs'
import { runOrExit } from './run.mjs'

const packages = publicPackages()

for (const { folder } of packages) rmSync(join(folder, 'dist'), { recursive: true, force: true })

// in the order of their references
const projects = packages.map(({ folder }) => join(relative(root, folder), 'tsconfig.build.json'))
await runOrExit('tsc', ['--build', ...projects], { cwd: root })

for (const { folder, manifest } of packages) {
  const files = globSync('dist/**/*.{js,d.ts}', { cwd: folder })
  const bytes = files.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0)
  console.log(`${manifest.name}: ${String(files.length)} files, ${(bytes / 1024).toFixed(0)} KB`)
}

const client = join(import.meta.dirname, 'build-client.mjs')
if (existsSync(client)) await runOrExit(process.execPath, [client], { cwd: root, show: true })
