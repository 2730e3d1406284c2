// A call waits for its turn before anything of it is under way: its time, its record, its bytes.
import t, { type Test } from 'tap'
import { createHttpClient } from '../../src/adapter-kit/http.js'
import { failureOf, httpPartner, LIMITS, rawPartner, type Ask } from './support.js'
import type { HttpOptions } from '../../src/adapter-kit/contract/open.js'

t.setTimeout(30_000)

function open (t: Test, options: Partial<HttpOptions>): Ask {
  const client = createHttpClient({ limits: LIMITS, ...options })
  t.teardown(() => client.close())
  return async (url, request = {}) => await client.request({ method: 'POST', headers: {}, body: '{}', ...request, url })
}

async function untilAborted (signal: AbortSignal): Promise<void> {
  await new Promise((_resolve, reject) => { signal.addEventListener('abort', () => { reject(new Error('gave up')) }, { once: true }) })
}

t.test('connection, turn, record, bytes: in this order', async t => {
  const events: string[] = []
  const url = await httpPartner(t, (_request, response) => {
    events.push('bytes')
    response.end('ok')
  })
  const ask = open(t, { limits: { ...LIMITS, connections: 1 }, pace: async () => { events.push('turn') } })
  const sending = async (): Promise<void> => { events.push('record') }
  await Promise.all([ask(url, { sending }), ask(url, { sending })])
  t.strictSame(events, ['turn', 'record', 'bytes', 'turn', 'record', 'bytes'], 'the second has no turn before it has a connection')
})

t.test('the time of a call does not run while it waits for its turn or is recorded', async t => {
  const url = await httpPartner(t, (_request, response) => { response.end('ok') })
  const slow = async (): Promise<void> => { await new Promise(resolve => { setTimeout(resolve, 300) }) }
  const ask = open(t, { limits: { ...LIMITS, callTimeoutMs: 200 }, pace: slow })
  t.equal((await ask(url, { sending: slow })).status, 200)
})

t.test('who gives up while waiting has sent and recorded nothing, and leaves its connection to the next', async t => {
  const { url, requests } = await rawPartner(t, socket => { socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok') })
  let turns = 0
  const pace = async (signal: AbortSignal): Promise<void> => {
    if (++turns > 1) return
    await untilAborted(signal)
  }
  const ask = open(t, { limits: { ...LIMITS, connections: 1 }, pace })
  let recorded = 0
  const sending = async (): Promise<void> => { recorded++ }
  t.match(await failureOf(ask(url, { signal: AbortSignal.timeout(100), sending })), { code: 'TIMEOUT', sent: false })
  t.strictSame([requests(), recorded], [0, 0])
  t.equal((await ask(url, { sending })).status, 200)
})

t.test('a call that cannot be recorded is not sent, and the reason comes through as it is', async t => {
  const { url, requests } = await rawPartner(t, () => {})
  const lost = new Error('the lease is lost')
  await t.rejects(open(t, {})(url, { sending: async () => { throw lost } }), lost)
  t.equal(requests(), 0)
})

t.test('closing the client ends what waits without a signal of its own', async t => {
  const client = createHttpClient({
    limits: LIMITS,
    pace: untilAborted
  })
  const failure = failureOf(client.request({ method: 'GET', url: new URL('http://127.0.0.1:1'), headers: {} }))
  await client.close()
  t.match(await failure, { code: 'ABORTED', sent: false })
})
