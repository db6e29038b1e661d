import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { publicPackages, root } from '../packages.mjs'
import { run } from '../run.mjs'
import { cloneRepository } from './clone.mjs'

const packages = publicPackages()

const modules = packages.flatMap(({ manifest: { name, exports } }) =>
  Object.keys(exports)
    .filter((path) => !path.endsWith('.json'))
    .map((path) => name + path.slice(1)),
)

test('packed packages work in an empty folder', async (t) => {
  await using folder = await installPacks()

  await t.test('each module loads', async () => {
    await writeFile(join(folder.path, 'load.mjs'), modules.map((name) => `import '${name}'`).join('\n'))

    await succeed(process.execPath, ['load.mjs'], folder.path)
  })

  await t.test('each module has types, which need nothing skipped', async () => {
    const uses = modules.map((name, index) => `export * as m${String(index)} from '${name}'`)
    await writeFile(join(folder.path, 'use.ts'), uses.join('\n'))
    const compilerOptions = {
      module: 'nodenext',
      target: 'es2024',
      strict: true,
      noEmit: true,
      types: ['node'],
    }
    await writeFile(
      join(folder.path, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: ['use.ts'] }),
    )

    await succeed('tsc', ['--project', '.'], folder.path)
  })

  await t.test('each command starts', async () => {
    for (const { manifest } of packages) {
      for (const path of Object.values(manifest.bin ?? {})) {
        await succeed(process.execPath, [join('node_modules', manifest.name, path), '--help'], folder.path)
      }
    }
  })
})

for (const { folder, manifest } of packages) {
  test(`${manifest.name} cannot be packed from its sources`, async () => {
    const { code, output } = await run('npm', ['pack', '--dry-run'], { cwd: folder })

    assert.notEqual(code, 0)
    assert.match(output, /npm run pack/)
  })
}

/** Packs a copy of the repository and lays the packs out as npm would, with what is installed here for the rest. */
async function installPacks() {
  await using clone = await cloneRepository()
  await succeed(process.execPath, ['scripts/pack.mjs'], clone.root)

  const path = await mkdtemp(join(tmpdir(), 'shaddock-packs-'))
  await writeFile(join(path, 'package.json'), '{ "type": "module" }')
  await link(join(root, 'node_modules/@types/node'), join(path, 'node_modules/@types/node'))

  for (const { folder, manifest } of packages) {
    const { name, version, dependencies = {} } = manifest
    const installed = join(path, 'node_modules', name)
    const pack = join(clone.root, 'dist/packs', `${name.replace('@', '').replace('/', '-')}-${version}.tgz`)
    await mkdir(installed, { recursive: true })
    await succeed('tar', ['-xzf', pack, '--strip-components=1', '-C', installed], path)

    for (const dependency of Object.keys(dependencies)) {
      if (packages.some((other) => other.manifest.name === dependency)) continue
      const [from] = [folder, root].map((place) => join(place, 'node_modules', dependency)).filter(existsSync)
      await link(from, join(installed, 'node_modules', dependency))
    }
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

async function link(from, to) {
  await mkdir(dirname(to), { recursive: true })
  await symlink(from, to)
}

async function succeed(command, args, cwd) {
  const { code, output } = await run(command, args, { cwd })
  assert.equal(code, 0, output)
}
