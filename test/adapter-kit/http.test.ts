// What a partner over real HTTP answers, and how the client takes it.
import { gzipSync } from 'node:zlib'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { createHttpClient } from '../../src/adapter-kit/http.js'
import { failureOf, httpPartner, LIMITS, openClient } from './support.js'

t.setTimeout(60_000)

t.test('a request arrives as it was given, and its answer comes back whole', async t => {
  const url = await httpPartner(t, (request, response) => {
    let body = ''
    request.on('data', chunk => { body += String(chunk) }).on('end', () => {
      response.writeHead(201, { 'X-Request-Id': '7' })
      response.end(JSON.stringify({ method: request.method, path: request.url, type: request.headers['content-type'], body }))
    })
  })
  const ask = openClient(t)
  const answer = await ask(url, { body: '{"tên":"Đắk Lắk"}' })
  t.equal(answer.status, 201)
  t.equal(answer.headers['x-request-id'], '7', 'names of headers in lower case')
  t.strictSame(JSON.parse(answer.text), { method: 'POST', path: '/path?q=1', type: 'application/json', body: '{"tên":"Đắk Lắk"}' })
})

t.test('a question without a body is a GET without one', async t => {
  const url = await httpPartner(t, (request, response) => { response.end(`${request.method} ${request.headers['content-length'] ?? 'none'}`) })
  const client = createHttpClient({ limits: LIMITS })
  t.teardown(() => client.close())
  const { status, text } = await client.request({ method: 'GET', url, headers: {}, signal: AbortSignal.timeout(5000) })
  t.strictSame([status, text], [200, 'GET none'])
})

t.test('errors of the partner are answers, not failures', async t => {
  const url = await httpPartner(t, (_request, response) => {
    response.statusCode = 503
    response.end('<h1>Bảo trì</h1>')
  })
  t.match(await openClient(t)(url), { status: 503, text: '<h1>Bảo trì</h1>' })
})

t.test('of a repeated header the last value counts', async t => {
  const url = await httpPartner(t, (_request, response) => {
    response.writeHead(200, [['Retry-After', '1'], ['X-Twice', 'a'], ['X-Twice', 'b'], ['Retry-After', '2']].flat())
    response.end()
  })
  const { headers } = await openClient(t)(url)
  t.match(headers, { 'x-twice': 'b', 'retry-after': '2' })
})

t.test('a byte order mark is left out and broken UTF-8 does not stop anything', async t => {
  const bodies = [Buffer.from('\uFEFF{"a":1}'), Buffer.concat([Buffer.from('Đắ'), Buffer.from([0xC4, 0xFF]), Buffer.from('k')]), Buffer.alloc(0)]
  const url = await httpPartner(t, (_request, response) => { response.end(bodies.shift()) })
  const ask = openClient(t)
  t.equal((await ask(url)).text, '{"a":1}')
  t.equal((await ask(url)).text, 'Đắ\uFFFD\uFFFDk')
  t.equal((await ask(url)).text, '')
})

t.test('a redirect is an answer: the message is not carried elsewhere', async t => {
  let calls = 0
  const url = await httpPartner(t, (_request, response) => {
    calls++
    response.writeHead(302, { location: '/elsewhere' }).end()
  })
  t.match(await openClient(t)(url), { status: 302, headers: { location: '/elsewhere' } })
  t.equal(calls, 1)
})

t.test('no compression is asked for, so a small answer cannot unfold into a large one', async t => {
  const url = await httpPartner(t, (request, response) => {
    response.setHeader('x-asked', request.headers['accept-encoding'] ?? 'none')
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(1_000_000)))
  })
  const answer = await openClient(t)(url)
  t.equal(answer.headers['x-asked'], 'none')
  t.ok(answer.text.length < LIMITS.maxResponseBytes)
})

t.test('an answer may be as large as the limit, not larger', async t => {
  let size = LIMITS.maxResponseBytes
  const url = await httpPartner(t, (_request, response) => { response.end('x'.repeat(size)) })
  const ask = openClient(t)
  t.equal((await ask(url)).text.length, size)
  size++
  const failure = await failureOf(ask(url))
  t.match(failure, { code: 'UND_ERR_RES_EXCEEDED_MAX_SIZE', sent: true }, 'it came, so the request had been received')
})

t.test('a connection is used again at once, but never after more than one idle second', async t => {
  const ports: Array<number | undefined> = []
  const url = await httpPartner(t, (request, response) => {
    ports.push(request.socket.remotePort)
    response.end('ok')
  })
  const ask = openClient(t, { connections: 1 })
  await ask(url)
  await ask(url)
  t.equal(ports[1], ports[0], 'kept alive')
  await delay(1300)
  await ask(url)
  t.not(ports[2], ports[1], 'the partner would have kept it for 30 s')
})

t.test('no more connections are opened than allowed, and those that wait are served', async t => {
  let open = 0
  let most = 0
  const url = await httpPartner(t, (_request, response) => {
    most = Math.max(most, ++open)
    setTimeout(() => {
      open--
      response.end('ok')
    }, 30)
  })
  const ask = openClient(t, { connections: 2 })
  const answers = await Promise.all(Array.from({ length: 8 }, () => ask(url)))
  t.ok(answers.every(answer => answer.text === 'ok'))
  t.equal(most, 2)
})
