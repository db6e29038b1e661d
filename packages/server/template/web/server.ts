import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'

interface PageFile {
  readonly type: string
  readonly url: URL
}

// the client as one file for browsers, which lies beside its modules
const client = new URL('shaddock-client.js', import.meta.resolve('@shaddock/client'))

/** All that can be asked for: there is no other way to a file. */
const files: ReadonlyMap<string, PageFile> = new Map([
  ['/', { type: 'text/html', url: new URL('index.html', import.meta.url) }],
  ['/style.css', { type: 'text/css', url: new URL('style.css', import.meta.url) }],
  ['/main.js', { type: 'text/javascript', url: new URL('main.js', import.meta.url) }],
  ['/shaddock-client.js', { type: 'text/javascript', url: client }],
])

/** Serves the page on 127.0.0.1. Files are read each time: reload the page to see a change. */
export async function startWebServer(port: number): Promise<Server> {
  const server = createServer((request, response) => {
    answer(request.url ?? '/', response).catch((error: unknown) => {
      console.error(error)
      response.writeHead(500).end()
    })
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

async function answer(url: string, response: ServerResponse): Promise<void> {
  const [path = '/'] = url.split('?', 1)
  const file = files.get(path)
  if (file === undefined) {
    response.writeHead(404).end()
    return
  }
  const body = await readFile(file.url)
  response.writeHead(200, { 'content-type': `${file.type}; charset=utf-8` }).end(body)
}
