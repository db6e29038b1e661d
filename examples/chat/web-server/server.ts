import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Asset, loadAssets } from './assets.ts'

/** Where the page is served, and where it finds the game servers. */
export interface WebServerOptions {
  /** @default '127.0.0.1' */
  readonly host?: string
  /** 0 takes any free port. @default 3001 */
  readonly port?: number
  /** The port of the gate server, on the host that served the page. @default 3014 */
  readonly gatePort?: number
}

/** A running web server. */
export interface WebServer {
  /** Without a slash at the end. */
  readonly url: string
  /** Resolves once the port is free again. */
  close(): Promise<void>
}

/**
 * Serves the chat page. The scripts are bundled once, at the start.
 *
 * @throws {Error} when the port is in use or may not be taken; the message names it
 */
export async function startWebServer(options: WebServerOptions = {}): Promise<WebServer> {
  const { host = '127.0.0.1', port = 3001, gatePort = 3014 } = options
  const assets = await loadAssets(gatePort)
  const server = createServer((request, response) => answer(assets, request, response))
  await listen(server, host, port)
  const bound = (server.address() as AddressInfo).port // of a port, never of a pipe
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  try {
    server.listen(port, host)
    await once(server, 'listening')
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    const reason = code === 'EADDRINUSE' ? 'it is in use' : String(code)
    throw new Error(`cannot serve the page on ${host}:${port}: ${reason}`, { cause })
  }
}

const headers = {
  // a gate names connectors on any host and port, hence `ws:` and `wss:` without one
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src ws: wss:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  // the address holds a person's name
  'referrer-policy': 'no-referrer',
  // keep it, but ask each time: a new start may have a new page
  'cache-control': 'no-cache',
}

function answer(
  assets: ReadonlyMap<string, Asset>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { ...headers, allow: 'GET, HEAD' }).end()
    return
  }
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
  const asset = assets.get(path === '/' ? '/index.html' : path)
  if (asset !== undefined && request.headers['if-none-match'] === asset.tag) {
    response.writeHead(304, { ...headers, etag: asset.tag }).end()
    return
  }
  send(response, asset === undefined ? 404 : 200, asset ?? assets.get('/404.html'))
}

function send(response: ServerResponse, status: number, asset: Asset | undefined): void {
  if (asset === undefined) {
    response.writeHead(status, headers).end()
    return
  }
  response.writeHead(status, {
    ...headers,
    etag: asset.tag,
    'content-type': asset.type,
    'content-length': asset.body.byteLength,
  })
  // node:http sends no body to a HEAD
  response.end(asset.body)
}

if (import.meta.main) {
  try {
    const { url } = await startWebServer({ port: Number(process.env['PORT'] ?? 3001) })
    process.stdout.write(`The page is on ${url}/index.html\n`)
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`)
    process.exitCode = 1
  }
}
