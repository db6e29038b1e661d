import type { App } from '../app.ts'

/** @throws {Error} a config file without which a master has nothing to do is not there, or not for its environment. */
export function requireConfigFiles(app: Pick<App, 'base' | 'env' | 'get'>): void {
  for (const key of ['master', 'servers']) {
    const file = `config/${key}.json`
    const value = app.get(key)
    if (value === undefined) throw new Error(`${file}: no such file in ${app.base}`)
    const environments = environmentsOf(value)
    if (environments.length > 0)
      throw new Error(`${file} has no environment ${app.env}: there is ${environments.join(', ')}`)
  }
}

/** A file that has no section for the environment counts as a whole: settings are no objects, and servers come in lists. */
function environmentsOf(value: unknown): string[] {
  const entries = Object.entries(Object(value) as object) as [string, unknown][]
  const isSection = (each: unknown) => typeof each === 'object' && each !== null && !Array.isArray(each)
  return entries.every(([, each]) => isSection(each)) ? entries.map(([name]) => name) : []
}
