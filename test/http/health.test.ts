// Health, readiness, metrics and description: open to whoever watches, true, and without anybody's data.
import { sql } from 'kysely'
import t from 'tap'
import { aDossier, codeOf } from '../support/dossiers.js'
import { startGateway, until } from '../support/gateway.js'
import { checkProblem } from './refusal.js'

t.setTimeout(60_000)
const gateway = await startGateway(t, { role: 'api' })
const { app, services: { db } } = gateway

interface Ready { status: string, role: string, checks: Array<{ name: string, ok: boolean, detail?: string }> }

async function readiness (of = app): Promise<{ code: number, body: Ready, detail: Record<string, string | true> }> {
  const response = await of.inject({ url: '/readyz' })
  const body = response.json() as Ready
  return { code: response.statusCode, body, detail: Object.fromEntries(body.checks.map(check => [check.name, check.ok ? true : check.detail ?? ''])) }
}

t.test('the process says that it is alive, without a key', async t => {
  const response = await app.inject({ url: '/healthz' })
  t.strictSame([response.statusCode, response.json()], [200, { status: 'alive' }])
})

t.test('readiness is green when stores answer and nothing is overdue', async t => {
  t.match(await readiness(), { code: 200, body: { status: 'ready', role: 'api' }, detail: { database: true, queue: true, progress: true } })
})

t.test('a lane that is long overdue makes readiness red, unless its adapter is paused', async t => {
  await gateway.push(aDossier({ code: codeOf(1) }))
  const due = async (ago: string): Promise<void> => { await sql`update lanes set due_at = clock_timestamp() - ${ago}::interval`.execute(db) }
  await due('100 seconds')
  t.equal((await readiness()).code, 200, 'not yet')
  await due('10 minutes')
  t.match(await readiness(), { code: 503, body: { status: 'not-ready' }, detail: { progress: 'national-portal: 1 lanes overdue', database: true } })
  await sql`update lanes set lease_until = clock_timestamp() + interval '5 seconds'`.execute(db)
  t.equal((await readiness()).code, 200, 'somebody works on it')
  await sql`update lanes set lease_until = null`.execute(db)
  await gateway.call({ method: 'POST', url: '/v1/adapters/national-portal/pause' })
  t.equal((await readiness()).code, 200, 'an operator wants it so')
  await gateway.call({ method: 'POST', url: '/v1/adapters/national-portal/resume' })
  t.equal((await readiness()).code, 200, 'after a pause the lane is due from then on')
})

t.test('a long backlog that is being worked off is no standstill', async t => {
  await sql`delete from standstills`.execute(db)
  await sql`update lanes set due_at = clock_timestamp() - interval '10 minutes'`.execute(db)
  await sql`insert into attempts (delivery_id, number, owner, started_at) select id, 99, 'test', clock_timestamp() - interval '5 seconds' from deliveries limit 1`.execute(db)
  t.equal((await readiness()).code, 200, 'an attempt began of late')
  await sql`update attempts set started_at = clock_timestamp() - interval '5 minutes'`.execute(db)
  t.match(await readiness(), { code: 503, detail: { progress: 'no process that delivers is running' } })
  await sql`update deliveries set state = 'sending'`.execute(db)
  await sql`update lanes set lease_until = clock_timestamp() + interval '1 minute'`.execute(db)
  t.equal((await readiness()).code, 200, 'something is being sent')
  await sql`update deliveries set state = 'queued'`.execute(db)
  await sql`update lanes set lease_until = null, due_at = clock_timestamp()`.execute(db)
})

t.test('with OUTBOUND=paused a backlog is what is wanted', async t => {
  const paused = await startGateway(t, { environment: { OUTBOUND: 'paused' }, databaseUrl: gateway.environment['DATABASE_URL'] as string })
  const ready = await readiness(paused.app)
  t.match(ready, { code: 200, body: { role: 'all' } })
  t.match(ready.body.checks, [{}, {}, { name: 'progress', detail: 'OUTBOUND=paused' }])
})

t.test('metrics count what is open by adapter and state, and tell the age of the oldest', async t => {
  await gateway.push(aDossier({ code: codeOf(2) }))
  await sql`update deliveries set planned_at = now() - interval '1 hour' where id = (select min(id) from deliveries)`.execute(db)
  // The numbers are read beside the scrape: one that is in a hurry may still see the last ones.
  await until(async () => /state="queued"\} 3\d\d\d/.test((await app.inject({ url: '/metrics' })).body))
  const response = await app.inject({ url: '/metrics' })
  t.equal(response.statusCode, 200)
  t.match(response.headers['content-type'], /^text\/plain/)
  const { rows: [open] } = await sql<{ count: number }>`select count(*)::int as count from deliveries where state = 'queued'`.execute(db)
  t.match(response.body, `lienthong_open_deliveries{adapter="national-portal",state="queued"} ${open?.count ?? 0}\n`)
  const age = Number(/lienthong_oldest_open_delivery_seconds\{adapter="national-portal",state="queued"\} (\S+)/.exec(response.body)?.[1])
  t.ok(age >= 3600 && age < 3700, String(age))
  t.match(response.body, /^process_resident_memory_bytes \d+/m)
  t.notMatch(response.body, codeOf(2), 'no dossier is named')
})

t.test('an adapter with an empty backlog is counted as 0, and what is gone is not reported for ever', async t => {
  await sql`update deliveries set state = 'cancelled'`.execute(db)
  let body = ''
  await until(async () => {
    body = (await app.inject({ url: '/metrics' })).body
    return body.includes('lienthong_open_deliveries{adapter="national-portal",state="queued"} 0\n')
  })
  t.notMatch(body, /^lienthong_oldest_open_delivery_seconds\{/m)
})

t.test('the description is served, names every scope of the outside, and needs no key', async t => {
  const page = await app.inject({ url: '/docs' })
  t.ok([200, 302].includes(page.statusCode))
  const { openapi, paths, components } = (await app.inject({ url: '/docs/json' })).json() as { openapi: string, paths: Record<string, Record<string, Described>>, components: { securitySchemes: object } }
  t.equal(openapi, '3.1.0')
  t.match(components.securitySchemes, { key: { type: 'http', scheme: 'bearer' } })
  const described = paths['/v1/dossiers']?.['post']
  t.match(described?.summary, /Gửi hồ sơ \/ Push a dossier/)
  const schema = described?.requestBody?.content['application/json']?.schema
  t.match(schema, { required: ['code'], properties: { code: { pattern: /\S/ }, progress: { items: { properties: { occurredAt: { format: 'date-time' } } } } } })
  t.notMatch(JSON.stringify(schema), '$ref', 'it is complete in itself')
  t.notOk(Object.keys(paths).some(path => /healthz|readyz|metrics/.test(path)))
})

interface Described { summary: string, requestBody?: { content: Record<string, { schema: Record<string, unknown> }> } }

t.test('a worker serves health and nothing to push to', async t => {
  const worker = await startGateway(t, { role: 'worker' })
  t.match(await readiness(worker.app), { code: 200, body: { role: 'worker' } })
  t.equal((await worker.app.inject({ url: '/metrics' })).statusCode, 200)
  checkProblem(t, await worker.push(aDossier()), { status: 404, code: 'no-such-path' })
})

t.test('every answer carries its correlation id and forbids guessing its type', async t => {
  for (const url of ['/healthz', '/readyz', '/nothing', '/v1/deliveries']) {
    const one = await gateway.call({ url, headers: { 'x-request-id': 'chosen-by-the-client' } })
    t.match(one.headers, { 'x-correlation-id': /^[0-9a-f-]{36}$/, 'x-content-type-options': 'nosniff' })
  }
})
