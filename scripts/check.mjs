// Checks everything but behaviour: `npm run check`, or some of it: `npm run check -- lint types`.
import { join } from 'node:path'
import { run } from './run.mjs'

const root = join(import.meta.dirname, '..')

const steps = {
  format: ['prettier', '--check', '--log-level=warn', '.'],
  lint: ['eslint', '--max-warnings=0', '.'],
  types: ['tsc', '--project', 'tsconfig.json'],
  imports: ['depcruise', '--progress=none', 'packages', 'examples'],
  unused: ['knip', '--no-progress', '--no-config-hints'],
}

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(steps)
const unknown = names.filter((name) => !Object.hasOwn(steps, name))
if (unknown.length > 0) {
  console.error(`no check named ${unknown.join(', ')}: there are ${Object.keys(steps).join(', ')}`)
  process.exit(1)
}

for (const name of names) {
  const [command, ...args] = steps[name]
  const startedAt = Date.now()
  const { code, output } = await run(command, args, { cwd: root })

  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
  console.log(`${code === 0 ? '✔' : '✖'} ${name} (${command}) ${seconds} s`)
  if (code === 0) continue
  console.log(output)
  process.exitCode = 1
}
