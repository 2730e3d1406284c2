// The database goes away and comes back: nothing is half done, nothing is hidden, and nobody has to start anything anew.
import { sql } from 'kysely'
import pg from 'pg'
import t, { type Test } from 'tap'
import { openDatabase } from '../../../src/db/open.js'
import { createMigrated } from '../../support/database.js'
import { aDossier, codeOf } from '../../support/dossiers.js'
import { KEY, portalSettings, startGateway, startSandbox, until, type TestGateway } from '../../support/gateway.js'
import { spawnGateway } from '../../support/process.js'
import { checkProblem, storedRows } from '../refusal.js'
import { startLine } from '../requests/tcp-proxy.js'

t.setTimeout(120_000)

/** The connection is cut by a proxy between two TCP ports; the private server listens on a socket file only. */
const skip = process.env['DATABASE_URL'] === undefined ? 'the connection cannot be cut on a socket file: set DATABASE_URL to a server on TCP' : false

async function administer (t: Test, databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: new URL('/postgres', databaseUrl).href })
  await client.connect()
  t.teardown(() => client.end())
  return client
}

async function readiness ({ app }: TestGateway): Promise<Record<string, string | true>> {
  const { checks } = (await app.inject({ url: '/readyz' })).json() as { checks: Array<{ name: string, ok: boolean, detail?: string }> }
  return Object.fromEntries(checks.map(check => [check.name, check.ok ? true : check.detail ?? '']))
}

t.test('while the database is away nothing is accepted: 503, try again; when it is back everything goes on alone', { skip }, async t => {
  const line = await startLine(t, await createMigrated(t))
  const cutOff = await startGateway(t, { databaseUrl: line.url })
  t.equal((await cutOff.push(aDossier())).statusCode, 202)
  await cutOff.settled()
  await cutOff.services.sweep.run()
  const before = await storedRows(cutOff.services)
  await line.cut()
  const refused = await cutOff.push(aDossier({ summary: 'Trong lúc mất kết nối' }), { 'idempotency-key': 'away' })
  const { detail } = checkProblem(t, refused, { status: 503, code: 'store-unavailable' })
  t.match(detail, /Idempotency-Key/)
  t.equal(refused.headers['retry-after'], '5')
  t.match(await readiness(cutOff), { database: 'out of reach', progress: 'out of reach' })
  await until(async () => (await cutOff.app.inject({ url: '/readyz' })).statusCode === 503)
  const metrics = await cutOff.app.inject({ url: '/metrics' })
  t.match([metrics.statusCode, metrics.body], [200, 'lienthong_check_ok{check="database"} 0\n'], 'metrics are for such times')
  t.equal((await cutOff.app.inject({ url: '/healthz' })).statusCode, 200, 'alive all the same')
  await line.mend()
  await until(async () => (await cutOff.app.inject({ url: '/readyz' })).statusCode === 200)
  t.strictSame(await storedRows(cutOff.services), before)
  t.equal((await cutOff.push(aDossier({ summary: 'Trong lúc mất kết nối' }), { 'idempotency-key': 'away' })).statusCode, 202)
  await cutOff.settled()
  t.equal(cutOff.sandbox.store.dossier(codeOf(1))?.updates, 1)
})

t.test('a queue that is used for the first time while the database is away works when it is back', { skip }, async t => {
  const line = await startLine(t, await createMigrated(t))
  const early = await startGateway(t, { role: 'api', databaseUrl: line.url, environment: { SWEEP_SECONDS: '300' } })
  await line.cut()
  t.match(await readiness(early), { database: 'out of reach', queue: 'out of reach' })
  await line.mend()
  await until(async () => (await readiness(early))['database'] === true)
  await until(async () => (await readiness(early))['queue'] === true, 5000).catch(() => {})
  t.match(await readiness(early), { database: true, queue: true })
})

t.test('a database that was dropped makes readiness red and shows no name or address', { skip }, async t => {
  const databaseUrl = await createMigrated(t)
  const lost = await startGateway(t, { role: 'api', databaseUrl })
  const name = new URL(databaseUrl).pathname.slice(1)
  await (await administer(t, databaseUrl)).query(`drop database ${name} with (force)`)
  t.equal((await lost.app.inject({ url: '/readyz' })).statusCode, 200, 'one miss takes no process out of the balancer')
  await until(async () => (await lost.app.inject({ url: '/readyz' })).statusCode === 503)
  const response = await lost.app.inject({ url: '/readyz' })
  t.match([response.statusCode, response.json()], [503, { checks: [{ name: 'database', ok: false, detail: 'out of reach', since: /\+07:00$/ }, {}, { ok: false }] }])
  const pushed = await lost.push(aDossier())
  checkProblem(t, pushed, { status: pushed.statusCode, code: /^(store-unavailable|internal-error)$/ })
  for (const text of [response.body, pushed.body]) t.notMatch(text, new RegExp(`${name}|127\\.0\\.0\\.1|${KEY}`))
})

t.test('a push whose connection is cut in the middle answers 503, stores nothing, and does not take the process with it', { skip }, async t => {
  const databaseUrl = await createMigrated(t)
  const gateway = await startGateway(t, { role: 'api', databaseUrl })
  const holder = openDatabase({ url: databaseUrl, maxConnections: 1, applicationName: 'holder', onError: () => {} })
  t.teardown(() => holder.destroy())
  const server = await administer(t, databaseUrl)
  await holder.transaction().execute(async tx => {
    await sql`insert into idempotency_keys (client_id, route, key, body_hash) values ('bootstrap', 'POST /v1/dossiers', 'cut', '')`.execute(tx)
    const pushed = gateway.push(aDossier(), { 'idempotency-key': 'cut' })
    // The push waits for the key, inside its transaction.
    await until(async () => {
      const { rows } = await server.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'lienthong-api' and wait_event_type = 'Lock'")
      return rows.length > 0
    })
    checkProblem(t, await pushed, { status: 503, code: 'store-unavailable' })
    await sql`delete from idempotency_keys`.execute(tx)
  })
  t.match(await storedRows(gateway.services), { dossiers: 0, audit: 0 })
  t.equal((await gateway.push(aDossier(), { 'idempotency-key': 'cut' })).statusCode, 202)
})

t.test('a process whose every connection is cut again and again stays alive and delivers', { skip }, async t => {
  const { sandbox, url: portal } = await startSandbox(t)
  const databaseUrl = await createMigrated(t)
  const gateway = await spawnGateway(t, { ...portalSettings(portal), DATABASE_URL: databaseUrl, MIGRATE_ON_START: 'yes', BOOTSTRAP_API_KEY: KEY, SWEEP_SECONDS: '1', LEASE_SECONDS: '3' })
  const state: { exit?: number | null } = {}
  void gateway.exited.then(exit => { state.exit = exit })
  const server = await administer(t, databaseUrl)
  for (let round = 0; round < 12 && state.exit === undefined; round++) {
    await server.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [new URL(databaseUrl).pathname.slice(1)])
    await new Promise(resolve => setTimeout(resolve, 150))
  }
  t.equal(state.exit, undefined, `it runs on: ${gateway.lines.slice(-8).join('\n')}`)
  const push = async (): Promise<number> => fetch(`${gateway.url}/v1/dossiers`, {
    method: 'POST', headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' }, body: JSON.stringify(aDossier())
  }).then(response => response.status, () => 0)
  await until(async () => state.exit !== undefined || [200, 202].includes(await push()))
  await until(() => state.exit !== undefined || sandbox.store.dossier(codeOf(1)) !== undefined)
  t.equal(sandbox.store.dossier(codeOf(1))?.creates, 1)
})
