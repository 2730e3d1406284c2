// Whom a client trusts, who it says it is, through which proxy, from which address.
import { createServer as createHttpServer } from 'node:http'
import { connect, createServer, type Socket } from 'node:net'
import { createServer as createTlsServer, type TLSSocket } from 'node:tls'
import t, { type Test } from 'tap'
import { createHttpClient } from '../../src/adapter-kit/http.js'
import type { Network } from '../../src/adapter-kit/network.js'
import { closedPort, failureOf, httpPartner, LIMITS, listening, openClient, selfSigned, type Ask } from './support.js'

t.setTimeout(30_000)
const [partner, other] = [selfSigned(), selfSigned()]
const skip = partner === undefined || other === undefined ? 'no openssl command to make a certificate with' : false

function openWith (t: Test, network: Network): Ask {
  const client = createHttpClient({ limits: LIMITS, network })
  t.teardown(() => client.close())
  return url => client.request({ method: 'GET', headers: {}, signal: new AbortController().signal, url })
}

const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'

t.test('a partner with a certificate of a named authority is trusted; with another it is not, and nothing is sent', { skip }, async t => {
  let received = 0
  const url = await listening(t, createTlsServer({ ...partner }, socket => socket.on('data', () => { received++; socket.end(ANSWER) }).on('error', () => {})), 'https')
  t.match(await openWith(t, { ca: partner?.cert ?? '' })(url), { status: 200, text: 'ok' })
  t.match(await failureOf(openWith(t, { ca: other?.cert ?? '' })(url)), { sent: false })
  t.match(await failureOf(openClient(t)(url)), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT', sent: false })
  t.equal(received, 1)
})

t.test('a partner that asks for a client certificate sees the one that was set', { skip }, async t => {
  const seen: unknown[] = []
  const server = createTlsServer({ ...partner, ca: other?.cert, requestCert: true, rejectUnauthorized: true }, socket => {
    seen.push((socket as TLSSocket).getPeerCertificate().subject?.CN)
    socket.on('data', () => socket.end(ANSWER)).on('error', () => {})
  })
  const url = await listening(t, server, 'https')
  const ca = partner?.cert ?? ''
  t.match(await openWith(t, { ca, clientCert: other?.cert ?? '', clientKey: other?.key ?? '' })(url), { status: 200 })
  t.strictSame(seen, ['127.0.0.1'])
  await failureOf(openWith(t, { ca })(url))
  t.equal(seen.length, 1, 'without one there is no connection')
})

t.test('calls come from the address that was set', async t => {
  const from: unknown[] = []
  const url = await httpPartner(t, (request, response) => {
    from.push(request.socket.remoteAddress)
    response.end('ok')
  })
  await openWith(t, { sourceAddress: '127.0.0.2' })(url)
  t.strictSame(from, ['127.0.0.2'])
  const { url: proxyUrl, asked } = await proxy(t)
  await openWith(t, { sourceAddress: '127.0.0.3', proxyUrl })(url)
  t.match(asked, [{ from: '127.0.0.3' }], 'and so do tunnels')
})

interface Proxy {
  url: string
  asked: Array<{ target: string, authorization: string | undefined, from: string | undefined }>
}

/** A proxy that opens tunnels, or answers with a status. */
async function proxy (t: Test, status = 200): Promise<Proxy> {
  const asked: Proxy['asked'] = []
  const server = createHttpServer((_, response) => { response.writeHead(502).end('not a tunnel') })
  server.on('connect', (request, socket: Socket) => {
    asked.push({ target: String(request.url), authorization: request.headers['proxy-authorization'], from: socket.remoteAddress })
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} No\r\n\r\n`)
      return
    }
    const [host, port] = String(request.url).split(':')
    const onward = connect(Number(port), host, () => { socket.write('HTTP/1.1 200 OK\r\n\r\n') })
    onward.on('error', () => socket.destroy())
    socket.on('error', () => {}).pipe(onward).pipe(socket)
  })
  return { url: (await listening(t, server)).origin, asked }
}

t.test('through a proxy both plain and encrypted calls go by a tunnel, with the proxy\'s password and to it alone', { skip }, async t => {
  const { url: proxyUrl, asked } = await proxy(t)
  const seen: unknown[] = []
  const plain = await httpPartner(t, (request, response) => {
    seen.push(request.headers['proxy-authorization'])
    response.end('plain')
  })
  const secure = await listening(t, createTlsServer({ ...partner }, socket => socket.on('data', () => socket.end(ANSWER)).on('error', () => {})), 'https')
  const ask = openWith(t, { ca: partner?.cert ?? '', proxyUrl: proxyUrl.replace('//', '//tinh:m%40t@') })
  t.match([await ask(plain), await ask(secure)], [{ text: 'plain' }, { text: 'ok' }])
  const authorization = `Basic ${Buffer.from('tinh:m@t').toString('base64')}`
  t.match(asked, [{ target: plain.host, authorization }, { target: secure.host, authorization }])
  t.strictSame(seen, [undefined])
})

t.test('a proxy that opens no tunnel is an outage: nothing reached the partner', async t => {
  for (const status of [407, 403, 502, 503]) {
    const { url: proxyUrl } = await proxy(t, status)
    const partner = await httpPartner(t, (_, response) => { t.fail('must not be reached'); response.end() })
    t.match(await failureOf(openWith(t, { proxyUrl })(partner)), { code: 'PROXY_REFUSED', sent: false })
  }
})

t.test('a proxy that is not there: nothing was sent', async t => {
  t.match(await failureOf(openWith(t, { proxyUrl: (await closedPort()).origin })(new URL('http://127.0.0.1:9/'))), { code: 'ECONNREFUSED', sent: false })
})

t.test('a tunnel that breaks after the request was sent: it may have been received', async t => {
  const { url: proxyUrl } = await proxy(t)
  const url = await listening(t, createServer(socket => socket.on('data', () => { socket.destroy() })))
  t.match(await failureOf(openWith(t, { proxyUrl })(url)), { sent: true })
})
