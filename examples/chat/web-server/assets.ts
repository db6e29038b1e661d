import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { build } from 'esbuild'

/** A file of the page, ready to be sent. */
export interface Asset {
  readonly type: string
  readonly body: Uint8Array
  /** Differs when the body differs. Quoted, as the `ETag` header wants it. */
  readonly tag: string
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
}

/**
 * Returns all that the web server serves, by path: what lies in `public/`, and the page's scripts as `/main.js`. There
 * is no other way to a file, so no path leads out of the folder.
 */
export async function loadAssets(gatePort: number): Promise<ReadonlyMap<string, Asset>> {
  const [files, scripts] = await Promise.all([readPublic(), bundle(gatePort)])
  return new Map([...files, ...scripts].map(([path, body]) => [path, toAsset(path, body)]))
}

async function readPublic(): Promise<[string, Uint8Array][]> {
  const folder = join(import.meta.dirname, 'public')
  const names = await readdir(folder)
  return Promise.all(
    names.map(async (name) => [`/${name}`, await readFile(join(folder, name))] as [string, Uint8Array]),
  )
}

async function bundle(gatePort: number): Promise<[string, Uint8Array][]> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'page/main.ts')],
    outdir: '/',
    bundle: true,
    write: false,
    minify: true,
    sourcemap: 'linked',
    format: 'esm',
    target: 'es2022',
    define: { GATE_PORT: String(gatePort) },
    logLevel: 'silent',
  })
  return outputFiles.map(({ path, contents }) => [`/${basename(path)}`, contents])
}

function toAsset(path: string, body: Uint8Array): Asset {
  const type = types[extname(path)] ?? 'application/octet-stream'
  return { type, body, tag: `"${createHash('sha256').update(body).digest('base64url')}"` }
}
