// Before anything is lost, intake closes and says why; reads and deliveries go on; it opens by itself.
import { sql } from 'kysely'
import t from 'tap'
import { hasRedis, REDIS_MISSING, startRedis } from '../../support/redis.js'
import { aDossier, codeOf } from '../../support/dossiers.js'
import { aPdf } from '../../support/files.js'
import { deliveryStates, startGateway, until } from '../../support/gateway.js'
import { checkProblem } from '../refusal.js'
import { stopwatch } from '../../support/clock.js'

t.setTimeout(120_000)

t.test('a database close to its limit: 503 with the cause and Retry-After, nothing stored, reads and deliveries go on; open again when there is room', async t => {
  const gateway = await startGateway(t, { environment: { DATABASE_MAX_GB: '0.04' } })
  const { db } = gateway.services
  t.equal((await gateway.push(aDossier({ code: codeOf(1) }))).statusCode, 202)
  await sql`create table ballast as select repeat(md5(i::text), 30) as filler from generate_series(1, 40000) i`.execute(db)
  await until(async () => (await gateway.push(aDossier({ code: codeOf(1) }))).statusCode === 503)
  const refused = await gateway.push(aDossier({ code: codeOf(2) }))
  const { detail } = checkProblem(t, refused, { status: 503, code: 'database-nearly-full' })
  t.match(detail, /DATABASE_MAX_GB/)
  t.equal(refused.headers['retry-after'], '30')
  t.equal((await gateway.call({ url: `/v1/dossiers/${codeOf(2)}` })).statusCode, 404)
  t.equal((await gateway.call({ url: `/v1/dossiers/${codeOf(1)}` })).statusCode, 200)
  await gateway.settled()
  t.strictSame(await deliveryStates(gateway.services), [`${codeOf(1)} 1 delivered`])
  const ready = await gateway.app.inject({ url: '/readyz' })
  t.match([ready.statusCode, ready.body], [200, /"name":"intake","ok":false.*database-nearly-full/])
  t.match((await gateway.app.inject({ url: '/metrics' })).body, 'lienthong_intake_closed{cause="database-nearly-full"} 1\n')
  t.match((await gateway.call({ url: '/v1/alerts' })).json(), { intakeClosed: ['database-nearly-full'] })
  await sql`drop table ballast`.execute(db)
  await until(async () => (await gateway.push(aDossier({ code: codeOf(2) }))).statusCode === 202)
})

t.test('a disk of the files close to its limit: uploads are answered 503, dossiers are taken', async t => {
  const gateway = await startGateway(t, { role: 'api', environment: { FILES_DIR: t.testdir(), DISK_FREE_MIN_MB: '10000000' } })
  const upload = await gateway.call({ method: 'POST', url: '/v1/files?name=a.pdf', headers: { 'content-type': 'application/pdf' }, payload: aPdf() })
  const { detail } = checkProblem(t, upload, { status: 503, code: 'files-nearly-full' })
  t.match(detail, /FILES_DIR/)
  t.equal(upload.headers['retry-after'], '30')
  t.equal((await gateway.push(aDossier())).statusCode, 202)
})

t.test('a Redis near its maxmemory: readiness goes red before intake closes, and both recover', { skip: hasRedis() ? false : REDIS_MISSING }, async t => {
  const redis = await startRedis(t)
  const gateway = await startGateway(t, { redisUrl: redis.url })
  t.equal((await gateway.push(aDossier({ code: codeOf(1) }))).statusCode, 202)
  // So much that what connections come and go with does not count.
  await redis.client.eval("for i = 1, 20000 do redis.call('set', 'ballast:' .. i, string.rep('x', 1000)) end", 0)
  const used = Number(/used_memory:(\d+)/.exec(await redis.client.info('memory'))?.[1])
  await redis.client.config('SET', 'maxmemory', String(Math.round(used / 0.85)))
  await until(async () => (await gateway.app.inject({ url: '/readyz' })).statusCode === 503)
  t.match((await gateway.app.inject({ url: '/readyz' })).json().checks.find(({ name }: { name: string }) => name === 'queue-memory'), { ok: false, red: true, detail: /maxmemory/ })
  await redis.client.config('SET', 'maxmemory', String(Math.round(used / 0.95)))
  await until(async () => (await gateway.push(aDossier({ code: codeOf(1) }))).statusCode === 503)
  checkProblem(t, await gateway.push(aDossier({ code: codeOf(2) })), { status: 503, code: 'queue-nearly-full' })
  await redis.client.config('SET', 'maxmemory', '0')
  await until(async () => (await gateway.push(aDossier({ code: codeOf(2) }))).statusCode === 202)
  await until(async () => (await gateway.app.inject({ url: '/readyz' })).statusCode === 200)
})

t.test('no connection to the database comes free: 503 within seconds, not a hang', async t => {
  const gateway = await startGateway(t, { role: 'api', environment: { DATABASE_CONNECTIONS: '2' } })
  const { db } = gateway.services
  const busy = Promise.allSettled([1, 2, 3, 4].map(async () => sql`select pg_sleep(8)`.execute(db)))
  const passed = stopwatch()
  const refused = await gateway.push(aDossier())
  t.ok(passed() < 10_000)
  checkProblem(t, refused, { status: 503, code: 'database-busy' })
  t.equal(refused.headers['retry-after'], '5')
  await busy
  // The timers' work holds one connection for its lock and wants another: of two, both may be taken for a moment.
  await until(async () => (await gateway.push(aDossier())).statusCode === 202)
})
