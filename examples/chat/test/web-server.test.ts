import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { startWebServer, type WebServer } from '../web-server/server.ts'

let web: WebServer

before(async () => {
  web = await startWebServer({ port: 0, gatePort: 4242 })
})
after(() => web.close())

test('the page, its style and its bundled script are served with their types', async () => {
  const types = await Promise.all(['/', '/index.html?name=ada', '/style.css', '/main.js'].map(typeOf))

  assert.deepEqual(types, [
    '200 text/html; charset=utf-8',
    '200 text/html; charset=utf-8',
    '200 text/css; charset=utf-8',
    '200 text/javascript; charset=utf-8',
  ])
})

test('the script knows the port of the gate', async () => {
  const script = await (await fetch(`${web.url}/main.js`)).text()

  assert.match(script, /\b4242\b/)
})

test('no script runs that is not the page’s own, and no other site frames it', async () => {
  const policy = (await fetch(`${web.url}/index.html`)).headers.get('content-security-policy') ?? ''

  assert.match(policy, /default-src 'none'; script-src 'self';/)
  assert.match(policy, /frame-ancestors 'none'/)
  assert.doesNotMatch(policy, /unsafe/)
})

test('a path that leads out of the folder, or to a property of an object, is not found', async () => {
  for (const path of [
    '/../server.ts',
    '/..%2fserver.ts',
    '/./../assets.ts',
    '//etc/passwd',
    '/constructor',
    '/public/',
  ]) {
    const answer = await raw(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)

    assert.match(answer, /^HTTP\/1\.1 404 /, path)
    assert.match(answer, /There is nothing here/, path)
  }
})

test('a file that the browser has already is not sent again', async () => {
  const first = await fetch(`${web.url}/main.js`)
  const second = await fetch(`${web.url}/main.js`, {
    headers: { 'if-none-match': first.headers.get('etag') ?? '' },
  })

  assert.equal(first.headers.get('cache-control'), 'no-cache')
  assert.equal(second.status, 304)
  assert.equal(await second.text(), '')
})

test('HEAD has the headers of GET and no body', async () => {
  const [head, get] = [
    await raw('HEAD /style.css HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'),
    await fetch(`${web.url}/style.css`),
  ]

  assert.match(head, new RegExp(`content-length: ${get.headers.get('content-length')}\r\n`))
  assert.match(head, /\r\n\r\n$/)
})

test('any other method is refused', async () => {
  const response = await fetch(`${web.url}/index.html`, { method: 'POST', body: 'x' })

  assert.equal(response.status, 405)
  assert.equal(response.headers.get('allow'), 'GET, HEAD')
})

test('a port that is in use is named', async () => {
  const { port } = new URL(web.url)

  await assert.rejects(startWebServer({ port: Number(port) }), {
    message: `cannot serve the page on 127.0.0.1:${port}: it is in use`,
  })
})

test('closing frees the port, even while a browser keeps a connection', async () => {
  const second = await startWebServer({ port: 0 })
  const { port } = new URL(second.url)
  const idle = connect(Number(port), '127.0.0.1')
  await once(idle, 'connect')
  // it may end with a reset
  idle.on('error', () => undefined)

  await second.close()

  const third = await startWebServer({ port: Number(port) })
  await third.close()
  idle.destroy()
})

async function typeOf(path: string): Promise<string> {
  const response = await fetch(web.url + path)
  await response.body?.cancel()
  return `${response.status} ${response.headers.get('content-type')}`
}

/** `fetch` would tidy the path up before it sends it. */
async function raw(request: string): Promise<string> {
  const socket = connect(Number(new URL(web.url).port), '127.0.0.1')
  socket.end(request)
  return text(socket)
}
