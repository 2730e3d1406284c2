import t from 'tap'
import { CODE, DONE, EXPIRED, dossier, start, step, until } from './support.js'
import type { Client } from './support.js'

const CREATE = { service: 'DongBoHoSoMC', isUpdating: 'False', data: [dossier()] }

function isThere ({ sandbox }: Client): boolean {
  return sandbox.store.dossier(CODE) !== undefined
}

t.test('session-expired ends the session until the next login', async t => {
  const client = await start(t)
  await client.fault({ kind: 'session-expired', times: 1 })
  t.strictSame(await client.ask(CREATE), EXPIRED)
  t.strictSame(await client.ask(CREATE), EXPIRED, 'the same session stays refused')
  client.session = (await (await client.login()).json() as { session: string }).session
  t.strictSame(await client.ask(CREATE), DONE)
})

t.test('refuse says no in the given words to the given dossier', async t => {
  const client = await start(t)
  const message = 'Mã thủ tục chưa công bố'
  await client.fault({ kind: 'refuse', match: { dossierCode: CODE }, code: 5, message })
  t.strictSame(await client.ask(CREATE), { error_code: '5', message })
  t.notOk(isThere(client))
  t.strictSame(await client.sync('False', dossier({ MaHoSo: 'OTHER-1' })), DONE)
})

t.test('refuse sends a code given as text unchanged, and has one of its own', async t => {
  const { fault, ask } = await start(t, { settings: { errorCodes: 'number' } })
  await fault({ kind: 'refuse', code: 'E07', times: 1 })
  await fault({ kind: 'refuse' })
  t.match(await ask(CREATE), { error_code: 'E07' })
  t.strictSame(await ask(CREATE), { error_code: -3, message: 'Hồ sơ bị từ chối' })
})

t.test('duplicate claims a dossier that is not there', async t => {
  const client = await start(t)
  await client.fault({ kind: 'duplicate', times: 1 })
  t.strictSame(await client.ask(CREATE), { error_code: '-3', message: `Hồ sơ ${CODE} đã tồn tại` })
  t.notOk(isThere(client))
})

t.test('status answers with that HTTP status and a page', async t => {
  const client = await start(t)
  for (const status of [400, 403, 404, 408, 500, 502, 503, 504]) {
    await client.fault({ kind: 'status', status, times: 1 })
    const response = await client.send(CREATE)
    t.equal(response.status, status)
    t.match(response.headers.get('content-type'), /text\/html/)
    t.match(await response.text(), /<html>/)
  }
  t.notOk(isThere(client))
  await client.fault({ kind: 'status', status: 502, done: true, times: 1 })
  t.equal((await client.send(CREATE)).status, 502)
  t.ok(isThere(client), 'done: the portal had done the work')
})

t.test('throttle tells when to come back, in seconds or as a date', async t => {
  const client = await start(t, { now: () => Date.parse('2026-11-04T09:00:00+07:00') })
  await client.fault({ kind: 'throttle', retryAfter: 7, times: 1 })
  await client.fault({ kind: 'throttle', retryAfter: 7, asDate: true, times: 1 })
  const seconds = await client.send(CREATE)
  t.equal(seconds.status, 429)
  t.equal(seconds.headers.get('retry-after'), '7')
  t.equal((await client.send(CREATE)).headers.get('retry-after'), 'Wed, 04 Nov 2026 02:00:07 GMT')
  t.notOk(isThere(client))
})

t.test('hang takes the call and never answers', async t => {
  const client = await start(t)
  await client.fault({ kind: 'hang' })
  const leaving = new AbortController()
  const call = client.send(CREATE, { signal: leaving.signal })
  await until(() => client.sandbox.faults.list()[0]?.hits === 1)
  leaving.abort()
  await t.rejects(call, { name: 'AbortError' })
  t.notOk(isThere(client))
})

t.test('hanging and slow calls end when the sandbox closes', async t => {
  const client = await start(t)
  await client.fault({ kind: 'hang', match: { service: 'DongBoHoSoMC' }, done: true })
  await client.fault({ kind: 'slow', delayMs: 600_000 })
  const calls = [client.send(CREATE), client.send({ service: 'LayDVC' })].map(call => t.rejects(call))
  await until(() => client.sandbox.faults.list().every(({ hits }) => hits === 1))
  t.ok(isThere(client), 'done: the portal had done the work before it hung')
  await client.sandbox.close()
  await Promise.all(calls)
})

t.test('slow answers as ever, later', async t => {
  const client = await start(t)
  await client.fault({ kind: 'slow', delayMs: 60 })
  const began = performance.now()
  t.strictSame(await client.ask(CREATE), DONE)
  t.ok(performance.now() - began > 50)
  t.ok(isThere(client))
})

t.test('slow works before the wait or after it', async t => {
  const client = await start(t)
  await client.fault({ kind: 'slow', delayMs: 600_000, match: { dossierCode: 'LATE-1' } })
  await client.fault({ kind: 'slow', delayMs: 600_000, done: true })
  const calls = ['LATE-1', CODE].map(MaHoSo => t.rejects(client.sync('False', dossier({ MaHoSo }))))
  await until(() => client.sandbox.faults.list().every(({ hits }) => hits === 1))
  t.ok(isThere(client))
  t.equal(client.sandbox.store.dossier('LATE-1'), undefined)
  await client.sandbox.close()
  await Promise.all(calls)
})

t.test('slow works on although the client hung up', async t => {
  const client = await start(t)
  // Long enough that the client has gone on a busy machine too.
  await client.fault({ kind: 'slow', delayMs: 1500 })
  const leaving = new AbortController()
  const call = t.rejects(client.send(CREATE, { signal: leaving.signal }))
  await until(() => client.sandbox.faults.list()[0]?.hits === 1)
  leaving.abort()
  await call
  await until(() => isThere(client))
  t.match(client.sandbox.log.list({ service: 'DongBoHoSoMC', after: 0, limit: 1 }), [{ done: DONE, answered: undefined }])
})

t.test('cut sends the head and half a body', async t => {
  for (const done of [false, true]) {
    const client = await start(t)
    await client.fault({ kind: 'cut', done, times: 1 })
    const response = await client.send(CREATE)
    t.equal(response.status, 200)
    await t.rejects(response.text())
    t.equal(isThere(client), done)
  }
})

t.test('reset answers nothing', async t => {
  for (const done of [false, true]) {
    const client = await start(t)
    await client.fault({ kind: 'reset', done, times: 1 })
    await t.rejects(client.send(CREATE), { cause: { code: 'ECONNRESET' } })
    t.equal(isThere(client), done)
  }
})

t.test('lost-answer does the work and hangs up', async t => {
  const client = await start(t)
  await client.sync('False', dossier())
  await client.fault({ kind: 'lost-answer', match: { service: 'CapNhatTienDoHoSoMC' }, times: 1 })
  await t.rejects(client.report(step()))
  t.strictSame(await client.report(step()), DONE)
  t.match(client.sandbox.summary(), { steps: 2, duplicatedSteps: 1 }, 'and a repetition is seen')
})

t.test('wrong-type gives the right answer a wrong name', async t => {
  const client = await start(t)
  await client.fault({ kind: 'wrong-type', times: 1 })
  const response = await client.send(CREATE)
  t.match(response.headers.get('content-type'), /text\/html/)
  t.strictSame(await response.json(), DONE)
  t.ok(isThere(client))
})

t.test('empty answers 200 and nothing', async t => {
  const client = await start(t)
  await client.fault({ kind: 'empty', times: 1 })
  const response = await client.send(CREATE)
  t.equal(response.status, 200)
  t.equal(await response.text(), '')
  t.notOk(isThere(client))
})

t.test('text answers in plain words', async t => {
  const client = await start(t)
  await client.fault({ kind: 'text', text: 'Cập nhật thành công', done: true, times: 1 })
  await client.fault({ kind: 'text', times: 1 })
  const response = await client.send(CREATE)
  t.match(response.headers.get('content-type'), /text\/plain/)
  t.equal(await response.text(), 'Cập nhật thành công')
  t.ok(isThere(client))
  t.match(await (await client.send(CREATE)).text(), /bận/)
})

t.test('huge is the right answer with very much around it', async t => {
  const client = await start(t)
  await client.fault({ kind: 'huge', bytes: 3_000_000, times: 1 })
  const body = await (await client.send(CREATE)).text()
  t.ok(body.length > 3_000_000)
  t.strictSame(JSON.parse(body), DONE)
  t.ok(isThere(client))
})

t.test('huge ends quietly when the client stops reading', async t => {
  const client = await start(t)
  await client.fault({ kind: 'huge', bytes: 500_000_000, times: 1 })
  const response = await client.send(CREATE)
  await response.body?.cancel()
  t.match(await client.ask({ service: 'LayDVC' }), { error_code: 0 })
})

t.test('faults reach login too, and never the control API', async t => {
  const client = await start(t)
  await client.fault({ kind: 'status', status: 503, match: { path: 'login' } })
  t.equal((await client.login()).status, 503)
  t.strictSame(await client.ask(CREATE), DONE)
  await client.fault({ kind: 'reset' })
  t.equal((await client.control('GET', '/summary')).status, 200)
})
