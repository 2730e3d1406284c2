// One Idempotency-Key, one effect: whatever is sent again, and however many send it at once (design §2.11).
import { sql } from 'kysely'
import t from 'tap'
import { addKey, generateKey } from '../../../src/db/keys.js'
import { openDatabase } from '../../../src/db/open.js'
import { aDossier, aStep, codeOf } from '../../support/dossiers.js'
import { startGateway } from '../../support/gateway.js'
import { checkProblem, storedRows } from '../refusal.js'

const gateway = await startGateway(t, { role: 'api' })
const { db } = gateway.services
let dossiers = 0

/** A code that no other test of the file uses. */
function nextCode (): string {
  return codeOf(++dossiers)
}

async function revisionsOf (code: string): Promise<number> {
  const { rows: [row] } = await sql<{ count: number }>`
    select count(*)::int as count from revisions r join dossiers x on x.id = r.dossier_id where x.code = ${code}`.execute(db)
  return row?.count ?? 0
}

t.test('50 parallel pushes with one key make one revision and get one answer', async t => {
  const code = nextCode()
  const before = await storedRows(gateway.services)
  const answers = await Promise.all(Array.from({ length: 50 }, async () => gateway.push(aDossier({ code, progress: [aStep()] }), { 'idempotency-key': 'fifty' })))
  t.strictSame([...new Set(answers.map(answer => answer.statusCode))], [202])
  for (const answer of answers) t.strictSame(answer.json(), answers[0]?.json(), 'all answers are equal, time and ids included')
  t.equal(answers.filter(answer => answer.headers['idempotency-replayed'] === 'true').length, 49)
  const after = await storedRows(gateway.services)
  t.strictSame(Object.keys(after).map(name => (after[name] ?? 0) - (before[name] ?? 0)), [1, 1, 1, 1, 1, 2], 'dossier, revision, step, delivery, key, two audit rows')
})

t.test('the same key with another body is refused: 422, and nothing changes', async t => {
  const code = nextCode()
  await gateway.push(aDossier({ code }), { 'idempotency-key': 'reused' })
  const before = await storedRows(gateway.services)
  checkProblem(t, await gateway.push(aDossier({ code, summary: 'Khác' }), { 'idempotency-key': 'reused' }), { status: 422, code: 'idempotency-key-reused' })
  t.strictSame(await storedRows(gateway.services), before)
})

t.test('a body that differs in blanks alone is the same body', async t => {
  const dossier = aDossier({ code: nextCode() })
  const send = async (payload: string): ReturnType<typeof gateway.call> =>
    gateway.call({ method: 'POST', url: '/v1/dossiers', headers: { 'content-type': 'application/json', 'idempotency-key': 'blanks' }, payload })
  const first = await send(JSON.stringify(dossier))
  const second = await send(JSON.stringify(dossier, null, 2))
  t.strictSame([second.statusCode, second.json()], [first.statusCode, first.json()])
})

t.test('a replay gives the first answer, even when the dossier has moved on since', async t => {
  const code = nextCode()
  const first = await gateway.push(aDossier({ code }), { 'idempotency-key': 'first' })
  t.equal(first.headers['idempotency-replayed'], undefined)
  await gateway.push(aDossier({ code, summary: 'Mới hơn' }))
  const again = await gateway.push(aDossier({ code }), { 'idempotency-key': 'first' })
  t.strictSame([again.statusCode, again.json(), again.headers['idempotency-replayed']], [202, first.json(), 'true'])
  t.equal(await revisionsOf(code), 2, 'the old content did not come back')
})

t.test('"unchanged" is replayed with its own status', async t => {
  const code = nextCode()
  await gateway.push(aDossier({ code }))
  await gateway.push(aDossier({ code }), { 'idempotency-key': 'unchanged' })
  const again = await gateway.push(aDossier({ code }), { 'idempotency-key': 'unchanged' })
  t.match([again.statusCode, again.json()], [200, { unchanged: true, revision: 1 }])
})

t.test('a refused attempt leaves its key unused', async t => {
  const code = nextCode()
  t.equal((await gateway.push(aDossier({ code, summary: '' }), { 'idempotency-key': 'mended' })).statusCode, 422)
  t.equal((await gateway.push(aDossier({ code }), { 'idempotency-key': 'mended' })).statusCode, 202)
  await gateway.push(aDossier({ code, sourceVersion: 5, summary: 'Năm' }))
  t.equal((await gateway.push(aDossier({ code, sourceVersion: 4, summary: 'Bốn' }), { 'idempotency-key': 'stale' })).statusCode, 409)
  t.equal((await gateway.push(aDossier({ code, sourceVersion: 6, summary: 'Sáu' }), { 'idempotency-key': 'stale' })).statusCode, 202)
  const missing = { method: 'POST', url: `/v1/dossiers/${nextCode()}/progress`, headers: { 'idempotency-key': 'early' }, payload: { steps: [aStep()] } } as const
  t.equal((await gateway.call(missing)).statusCode, 404)
  t.equal((await gateway.push(aDossier({ code: codeOf(dossiers) }))).statusCode, 202)
  t.equal((await gateway.call(missing)).statusCode, 202)
})

t.test('keys are each client\'s own', async t => {
  const key = generateKey()
  await addKey(db, { clientId: 'other-client', key, scopes: ['dossiers:write'] })
  const [mine, theirs] = [nextCode(), nextCode()]
  t.equal((await gateway.push(aDossier({ code: mine }), { 'idempotency-key': 'shared' })).statusCode, 202)
  const answer = await gateway.push(aDossier({ code: theirs }), { 'idempotency-key': 'shared', authorization: `Bearer ${key}` })
  t.match([answer.statusCode, answer.json().code, answer.headers['idempotency-replayed']], [202, theirs, undefined])
})

t.test('keys are each route\'s own: the same one may name a push and a step', async t => {
  const [one, other] = [nextCode(), nextCode()]
  const progress = async (code: string): Promise<number> =>
    (await gateway.call({ method: 'POST', url: `/v1/dossiers/${code}/progress`, headers: { 'idempotency-key': 'route' }, payload: { steps: [aStep()] } })).statusCode
  t.equal((await gateway.push(aDossier({ code: one }), { 'idempotency-key': 'route' })).statusCode, 202)
  await gateway.push(aDossier({ code: other }))
  t.strictSame([await progress(one), await progress(other)], [202, 202], 'and each dossier\'s')
})

t.test('while the first request with a key is in flight the second waits for its answer', async t => {
  const code = nextCode()
  const holder = openDatabase({ url: gateway.environment['DATABASE_URL'] ?? '', maxConnections: 1, applicationName: 'test', onError: () => {} })
  t.teardown(() => holder.destroy())
  const waiting = await holder.transaction().execute(async tx => {
    await sql`insert into idempotency_keys (client_id, route, key, body_hash) values ('bootstrap', 'POST /v1/dossiers', 'waits', '')`.execute(tx)
    const pushed = gateway.push(aDossier({ code }), { 'idempotency-key': 'waits' })
    await new Promise(resolve => setTimeout(resolve, 300))
    t.equal(await revisionsOf(code), 0)
    await sql`delete from idempotency_keys where key = 'waits'`.execute(tx)
    return { pushed }
  })
  t.equal((await waiting.pushed).statusCode, 202, 'the first one left nothing, so the second does the work')
})

t.test('after five seconds the wait ends: 409, try again', async t => {
  const code = nextCode()
  const holder = openDatabase({ url: gateway.environment['DATABASE_URL'] ?? '', maxConnections: 1, applicationName: 'test', onError: () => {} })
  t.teardown(() => holder.destroy())
  await holder.transaction().execute(async tx => {
    await sql`insert into idempotency_keys (client_id, route, key, body_hash) values ('bootstrap', 'POST /v1/dossiers', 'held', '')`.execute(tx)
    const started = Date.now()
    const response = await gateway.push(aDossier({ code }), { 'idempotency-key': 'held' })
    t.ok(Date.now() - started >= 4500)
    checkProblem(t, response, { status: 409, code: 'idempotency-key-in-flight' })
    t.equal(response.headers['retry-after'], '2')
    await sql`delete from idempotency_keys where key = 'held'`.execute(tx)
  })
  t.equal(await revisionsOf(code), 0)
  t.equal((await gateway.push(aDossier({ code }), { 'idempotency-key': 'held' })).statusCode, 202)
})
