// Redirects: explained, and followed only to the same server, with the same message, where a setting says so.
import t, { type Test } from 'tap'
import type { Network } from '../../src/adapter-kit/network.js'
import { evidence, outcomeOfStatus } from '../../src/adapter-kit/failure.js'
import { createHttpClient, type HttpAnswer } from '../../src/adapter-kit/http.js'
import { redirectWithin, shownLocation } from '../../src/adapter-kit/redirect.js'
import { httpPartner, LIMITS } from './support.js'

const SAME_ORIGIN: Network = { followRedirects: 'same-origin' }
const HERE = new URL('https://portal.example.vn:8443/mapi/g?x=1')

function answer (status: number, location?: string): HttpAnswer {
  return { status, headers: location === undefined ? {} : { location }, text: '<h1>Moved</h1>' }
}

t.test('only a 307 or 308 to the same scheme, host and port may be followed', async t => {
  const next = (status: number, location?: string): string | undefined => redirectWithin(HERE, answer(status, location))?.href
  t.equal(next(307, '/v2/g?x=1'), 'https://portal.example.vn:8443/v2/g?x=1')
  t.equal(next(308, 'https://portal.example.vn:8443/v2'), 'https://portal.example.vn:8443/v2')
  t.equal(next(308, 'h'), 'https://portal.example.vn:8443/mapi/h', 'relative to the address that was called')
  for (const status of [200, 300, 301, 302, 303, 304, 305, 401]) t.equal(next(status, '/v2'), undefined, String(status))
  const elsewhere = ['http://portal.example.vn:8443/v2', 'https://portal.example.vn/v2', 'https://other.example.vn:8443/', '//other.example.vn:8443/v2', 'http://[', 'javascript:alert(1)']
  for (const location of elsewhere) t.equal(next(307, location), undefined, location)
  t.equal(next(307), undefined, 'without a Location')
})

t.test('a redirect is refused with a code of its own and shows where it leads, without what may be secret', async t => {
  const outcome = outcomeOfStatus(answer(302, 'https://u:p@sso.example.vn/login;jsessionid=ABC?returnUrl=x&cccd=001#t'), 0)
  t.match(outcome, { verdict: 'refused', code: 'redirected', rule: 'http.302', words: '→ https://sso.example.vn/login' })
  t.equal(outcome?.answer?.headers['location'], 'https://sso.example.vn/login')
  t.match(outcomeOfStatus(answer(308), 0), { code: 'redirected', words: 'Moved' })
  t.match(outcomeOfStatus(answer(304), 0), { verdict: 'refused', code: 'http-304' }, 'names no address')
  t.equal(shownLocation('/login?session=1'), '/login')
  t.equal(shownLocation('http://['), 'http://[')
  t.equal(evidence(answer(200, '/a?b')).headers['location'], '/a')
})

/** A partner whose paths redirect as the table says; the others answer `ok`. */
async function redirecting (t: Test, table: Record<string, readonly [number, string]>): Promise<{ url: URL, seen: string[] }> {
  const seen: string[] = []
  const url = await httpPartner(t, (request, response) => {
    let body = ''
    request.on('data', chunk => { body += String(chunk) }).on('end', () => {
      seen.push(`${request.method} ${request.url} ${request.headers['x-session']} ${body}`)
      const [status, location] = table[request.url ?? ''] ?? []
      if (status === undefined || location === undefined) response.end('ok')
      else response.writeHead(status, { location }).end('moved')
    })
  })
  return { url, seen }
}

async function ask (t: Test, url: URL, network: Network = {}): Promise<{ answer: HttpAnswer, turns: number, recorded: number }> {
  let [turns, recorded] = [0, 0]
  const client = createHttpClient({ limits: { ...LIMITS, connections: 1 }, network, pace: async () => { turns++ } })
  t.teardown(() => client.close())
  const answer = await client.request({ method: 'POST', url, headers: { 'x-session': 's' }, body: '{"a":1}', sending: async () => { recorded++ } })
  return { answer, turns, recorded }
}

t.test('by default nothing is followed', async t => {
  const { url, seen } = await redirecting(t, { '/a': [307, '/b'] })
  t.match(await ask(t, new URL('/a', url)), { answer: { status: 307 }, turns: 1 })
  t.equal(seen.length, 1)
})

t.test('where it is allowed, the same message goes on, and each hop waits for its turn', async t => {
  const { url, seen } = await redirecting(t, { '/a': [307, '/b?c=1'], '/b?c=1': [308, '/d'] })
  t.match(await ask(t, new URL('/a', url), SAME_ORIGIN), { answer: { status: 200, text: 'ok' }, turns: 3, recorded: 3 })
  t.strictSame(seen, ['POST /a s {"a":1}', 'POST /b?c=1 s {"a":1}', 'POST /d s {"a":1}'])
})

t.test('another server, another method and a circle are not followed', async t => {
  const other = await redirecting(t, {})
  const { url, seen } = await redirecting(t, { '/elsewhere': [307, other.url.href], '/get': [302, '/b'], '/circle': [307, '/circle'] })
  t.equal((await ask(t, new URL('/elsewhere', url), SAME_ORIGIN)).answer.status, 307)
  t.equal((await ask(t, new URL('/get', url), SAME_ORIGIN)).answer.status, 302)
  t.equal(seen.length, 2)
  t.match(await ask(t, new URL('/circle', url), SAME_ORIGIN), { answer: { status: 307 }, turns: 4 }, 'three hops')
  t.equal(other.seen.length, 0, 'the session was shown to nobody else')
})
