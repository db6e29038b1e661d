// Builds the packages and packs what is published into dist/packs: `npm run pack`.
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { publicPackages, root } from './packages.mjs'
import { runOrExit } from './run.mjs'

const packs = join(root, 'dist/packs')

await import('./build.mjs')

rmSync(packs, { recursive: true, force: true })
const staged = publicPackages().map(stage)
const packed = await runOrExit('npm', ['pack', '--json', '--loglevel=error', ...staged], { cwd: packs })

for (const { filename, size, entryCount } of JSON.parse(packed)) {
  console.log(`dist/packs/${filename}: ${(size / 1024).toFixed(0)} KB, ${String(entryCount)} files`)
}

/** Lays out one package as it is published, and returns the folder. */
function stage({ folder, manifest }) {
  const to = join(packs, manifest.name)
  mkdirSync(to, { recursive: true })
  writeFileSync(join(to, 'package.json'), JSON.stringify(publish(manifest), null, 2))

  for (const file of [...manifest.files, 'README.md'].filter((name) => existsSync(join(folder, name)))) {
    cpSync(join(folder, file), join(to, file), { recursive: true, filter: isShipped })
  }
  cpSync(join(root, 'LICENSE'), join(to, 'LICENSE'))
  return to
}

/** Whether a file is not what a compiler, npm or a run of the template has left there. */
function isShipped(path) {
  return !['.tsbuildinfo', 'node_modules', 'logs'].includes(basename(path))
}

/** In the repository a package is its sources; published, it is what they were compiled to. */
function publish({ scripts: _scripts, devDependencies: _devDependencies, ...manifest }) {
  return { ...manifest, exports: compiled(manifest.exports) }
}

function compiled(target) {
  if (typeof target !== 'string') {
    return Object.fromEntries(Object.entries(target).map(([key, value]) => [key, compiled(value)]))
  }
  const module = /^\.\/src\/(.+)\.ts$/.exec(target)?.[1]
  return module === undefined ? target : { types: `./dist/${module}.d.ts`, default: `./dist/${module}.js` }
}
