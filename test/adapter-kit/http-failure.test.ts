// How calls fail, and whether each failure says rightly that the request may have been received.
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { createHttpClient, type HttpFailure } from '../../src/adapter-kit/http.js'
import { closedPort, failureOf, fullBacklog, httpPartner, LIMITS, openClient, rawPartner } from './support.js'
import { stopwatch } from '../support/clock.js'

t.setTimeout(60_000)

function check (t: Test, failure: HttpFailure, expected: { code: string | RegExp, sent: boolean }): void {
  t.match(failure.code, expected.code)
  t.equal(failure.sent, expected.sent, expected.sent ? 'may have been received' : 'certainly did not leave')
}

t.test('a refused connection: nothing left', async t => {
  check(t, await failureOf(openClient(t)(await closedPort())), { code: 'ECONNREFUSED', sent: false })
})

t.test('a name that resolves to several addresses which all refuse: nothing left', async t => {
  const { port } = await closedPort()
  check(t, await failureOf(openClient(t)(new URL(`http://localhost:${port}/`))), { code: 'ECONNREFUSED', sent: false })
})

t.test('a host name that does not exist: nothing left', async t => {
  const ask = openClient(t, { connectTimeoutMs: 15_000, callTimeoutMs: 20_000 })
  // Without any name server the resolver says EAI_AGAIN, or is still asking when the time to connect is over.
  check(t, await failureOf(ask(new URL('http://does-not-exist.invalid/'))), { code: /^(ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT)$/, sent: false })
})

t.test('a partner that does not take the connection in time: nothing left', async t => {
  const url = await fullBacklog(t)
  const passed = stopwatch()
  check(t, await failureOf(openClient(t, { connectTimeoutMs: 400, callTimeoutMs: 10_000 })(url)), { code: 'UND_ERR_CONNECT_TIMEOUT', sent: false })
  t.ok(passed() < 5000, 'cut at the time to connect, not at that of the call')
})

t.test('an address or header that cannot be sent: nothing left', async t => {
  const { url, requests } = await rawPartner(t, () => {})
  check(t, await failureOf(openClient(t)(url, { headers: { 'bad name': 'x' } })), { code: 'UND_ERR_INVALID_ARG', sent: false })
  check(t, await failureOf(openClient(t)(url, { headers: { session: 'a\r\nb: c' } })), { code: 'UND_ERR_INVALID_ARG', sent: false })
  t.equal(requests(), 0)
})

t.test('a partner that never answers is cut at the time-out of the call: it may have received it', async t => {
  const { url, requests } = await rawPartner(t, () => {})
  const started = performance.now()
  const passed = stopwatch()
  check(t, await failureOf(openClient(t, { callTimeoutMs: 500 })(url)), { code: 'TIMEOUT', sent: true })
  const elapsed = performance.now() - started
  const own = passed()
  t.ok(elapsed >= 480 && own < 1500, `after ${Math.round(elapsed)} ms: at most a second late`)
  t.equal(requests(), 1)
})

t.test('an answer that trickles byte by byte is cut at the same time-out', async t => {
  const url = await httpPartner(t, (_request, response) => {
    response.writeHead(200, { 'content-length': '1000' })
    const timer = setInterval(() => response.write('x'), 50)
    response.once('close', () => { clearInterval(timer) })
  })
  const passed = stopwatch()
  check(t, await failureOf(openClient(t, { callTimeoutMs: 500 })(url)), { code: 'TIMEOUT', sent: true })
  t.ok(passed() < 1500)
})

t.test('a partner that accepts and then says nothing is cut after the idle time; its socket is closed and its place free', async t => {
  const closed: number[] = []
  let silent = true
  const { url } = await rawPartner(t, socket => {
    socket.once('close', () => { closed.push(performance.now()) })
    if (!silent) socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok')
  })
  const ask = openClient(t, { connections: 1, callTimeoutMs: 20_000, idleTimeoutMs: 400 })
  const started = performance.now()
  const passed = stopwatch()
  const cut = failureOf(ask(url))
  const next = ask(url)
  const failure = await cut
  silent = false
  const elapsed = performance.now() - started
  const own = passed()
  check(t, failure, { code: 'UND_ERR_HEADERS_TIMEOUT', sent: true })
  t.ok(elapsed >= 380 && own < 1400, `after ${Math.round(elapsed)} ms: at most a second late`)
  t.equal((await next).status, 200, 'the one that waited has the place')
  while (closed.length < 2) await delay(10)
})

t.test('a partner that stops in the middle of its answer is cut after the idle time', async t => {
  const { url } = await rawPartner(t, socket => { socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf') })
  const passed = stopwatch()
  check(t, await failureOf(openClient(t, { callTimeoutMs: 20_000, idleTimeoutMs: 400 })(url)), { code: 'UND_ERR_BODY_TIMEOUT', sent: true })
  t.ok(passed() < 1400)
})

t.test('a slow answer whose bytes keep coming is not idle', async t => {
  const url = await httpPartner(t, (_request, response) => {
    response.writeHead(200, { 'content-length': '12' })
    let left = 12
    const timer = setInterval(() => {
      response.write('x')
      if (--left === 0) clearInterval(timer)
    }, 60)
  })
  t.equal((await openClient(t, { callTimeoutMs: 5000, idleTimeoutMs: 500 })(url)).text.length, 12, 'took longer than the idle time')
})

t.test('a connection cut in the middle of an answer', async t => {
  const { url } = await rawPartner(t, socket => { socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf') })
  check(t, await failureOf(openClient(t)(url)), { code: /./, sent: true })
})

t.test('a connection reset, or closed, before any answer', async t => {
  const reset = await rawPartner(t, socket => { socket.resetAndDestroy() })
  check(t, await failureOf(openClient(t)(reset.url)), { code: /ECONNRESET|UND_ERR_SOCKET/, sent: true })
  const closed = await rawPartner(t, socket => { socket.end() })
  check(t, await failureOf(openClient(t)(closed.url)), { code: 'UND_ERR_SOCKET', sent: true })
  t.strictSame([reset.requests(), closed.requests()], [1, 1], 'a lost call is not repeated behind our back')
})

t.test('an answer that is no HTTP', async t => {
  const { url } = await rawPartner(t, socket => { socket.end('SMTP ready\r\n\r\n') })
  check(t, await failureOf(openClient(t)(url)), { code: /^(HPE_|UNKNOWN$)/, sent: true })
})

t.test('a call aborted by its signal ends at once', async t => {
  const { url } = await rawPartner(t, () => {})
  const controller = new AbortController()
  const failure = failureOf(openClient(t)(url, { signal: controller.signal }))
  await delay(100)
  const passed = stopwatch()
  controller.abort(new Error('the process is stopping'))
  check(t, await failure, { code: 'ABORTED', sent: true })
  t.ok(passed() < 1000)
})

t.test('an abort is told apart from a time-out, whatever its reason is', async t => {
  const { url, requests } = await rawPartner(t, () => {})
  for (const reason of ['stop', null, { name: 7 }]) {
    const controller = new AbortController()
    controller.abort(reason)
    check(t, await failureOf(openClient(t)(url, { signal: controller.signal })), { code: 'ABORTED', sent: false })
  }
  check(t, await failureOf(openClient(t)(url, { signal: AbortSignal.timeout(200) })), { code: 'TIMEOUT', sent: true })
  t.equal(requests(), 1, 'of the aborted ones nothing was sent')
})

t.test('closing the client cuts what is running', async t => {
  const { url, requests } = await rawPartner(t, () => {})
  const client = createHttpClient({ limits: LIMITS })
  const failure = failureOf(client.request({ method: 'GET', url, headers: {}, signal: new AbortController().signal }))
  while (requests() === 0) await delay(10)
  await client.close()
  check(t, await failure, { code: /./, sent: true })
})

t.test('a call that only waited for a free connection was not sent', async t => {
  const { url, requests } = await rawPartner(t, () => {})
  const ask = openClient(t, { connections: 1 })
  const controller = new AbortController()
  const first = failureOf(ask(url, { signal: controller.signal }))
  const second = await failureOf(ask(url, { signal: AbortSignal.timeout(300) }))
  t.equal(second.code, 'TIMEOUT')
  t.equal(requests(), 1)
  controller.abort()
  t.equal((await first).sent, true)
  t.equal(second.sent, false, 'nothing of it left')
})

t.test('a connection that is given up is there for the next call, and one that was aborted before it waited takes none', async t => {
  let answer = (): void => {}
  const { url, requests } = await rawPartner(t, socket => { answer = () => { socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok') } })
  const ask = openClient(t, { connections: 1 })
  const first = ask(url, { signal: new AbortController().signal })
  t.match(await failureOf(ask(url, { signal: AbortSignal.abort() })), { code: 'ABORTED', sent: false })
  const last = ask(url, { signal: new AbortController().signal })
  while (requests() < 1) await delay(10)
  answer()
  t.equal((await first).status, 200)
  while (requests() < 2) await delay(10)
  answer()
  t.equal((await last).status, 200)
})
