// Bundles packages/client for browsers and prints what a page has to load. Fails when that is too much.
import { build } from 'esbuild'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const maxGzipBytes = 11 * 1024
const client = join(import.meta.dirname, '../packages/client')

const bundles = [
  { entry: 'browser.ts', format: 'esm', file: 'shaddock-client.js' },
  { entry: 'browser-classic.ts', format: 'iife', file: 'shaddock-client.classic.js' },
]

for (const { entry, format, file } of bundles) {
  const outfile = join(client, 'dist', file)
  await build({
    absWorkingDir: client,
    entryPoints: [join(client, 'src', entry)],
    outfile,
    format,
    bundle: true,
    minify: true,
    sourcemap: true,
    platform: 'browser',
    target: 'es2022',
    logLevel: 'warning',
  })
  const bytes = await readFile(outfile)
  const gzipBytes = gzipSync(bytes, { level: 9 }).length
  console.log(`${file}: ${bytes.length} bytes, ${gzipBytes} with gzip`)
  if (gzipBytes > maxGzipBytes) {
    console.error(`${file} exceeds ${maxGzipBytes} bytes with gzip`)
    process.exitCode = 1
  }
}
