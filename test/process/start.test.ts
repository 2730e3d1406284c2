// The real process: how it starts, what it says then, and how it ends. What it refuses: start-refused.test.ts.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import t from 'tap'
import { openDatabase } from '../../src/db/open.js'
import { createDatabase, openTestDatabase } from '../support/database.js'
import { aDossier } from '../support/dossiers.js'
import { KEY, portalSettings } from '../support/gateway.js'
import { spawnGateway } from '../support/process.js'

t.setTimeout(90_000)
const PORTAL = portalSettings('http://127.0.0.1:1')

t.test('MIGRATE_ON_START=yes applies what is pending; SIGTERM ends with 0 and closes everything', async t => {
  const url = await createDatabase(t)
  const gateway = await spawnGateway(t, { ...PORTAL, DATABASE_URL: url, MIGRATE_ON_START: 'yes', BOOTSTRAP_API_KEY: KEY, LOG_LEVEL: 'info' })
  t.match(gateway.lines.find(line => line.includes('database.migrated')), /"applied":\["0001-spine"/)
  const started = gateway.lines.find(line => line.includes('gateway.started')) ?? ''
  t.match(JSON.parse(started), { service: 'lienthong', role: 'all', adapters: ['national-portal'], outbound: 'on', database: 'external', queue: 'postgresql', bootstrapKey: 'configured', time: /^\d{4}-/ })
  t.notMatch(gateway.lines.join('\n'), new RegExp(`${KEY}|postgresql://|sandbox`), 'no secret and no address of a store')
  const pushed = await fetch(`${gateway.url}/v1/dossiers`, { method: 'POST', headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' }, body: JSON.stringify(aDossier()) })
  t.equal(pushed.status, 202)
  t.equal(await gateway.kill('SIGTERM'), 0)
  t.match(gateway.lines.at(-1), /gateway.stopped/)
  const db = openDatabase({ url, maxConnections: 1, applicationName: 'test', onError: () => {} })
  t.teardown(() => db.destroy())
  t.strictSame((await sql`select 1 from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`.execute(db)).rows, [])
})

t.test('two processes that start at once on an empty database migrate it once and both come up', async t => {
  const url = await createDatabase(t)
  const gateways = await Promise.all([1, 2].map(async () => spawnGateway(t, { ...PORTAL, DATABASE_URL: url, MIGRATE_ON_START: 'yes' })))
  const ready = await Promise.all(gateways.map(async gateway => (await fetch(`${gateway.url}/readyz`)).status))
  t.strictSame(ready, [200, 200])
  t.strictSame(await Promise.all(gateways.map(async gateway => gateway.kill('SIGTERM'))), [0, 0])
})

t.test('SIGINT ends with 0 too, also of an API alone', async t => {
  const { url } = await openTestDatabase(t)
  const api = await spawnGateway(t, { ...PORTAL, DATABASE_URL: url, OUTBOUND: 'paused' }, 'api')
  t.match(JSON.parse(api.lines.find(line => line.includes('gateway.started')) ?? '{}'), { role: 'api', outbound: 'paused', bootstrapKey: 'none' })
  t.equal(await api.kill('SIGINT'), 0)
})

t.test('with nothing set it runs on a private database, accepts nothing, and says both', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'lienthong-start-'))
  const gateway = await spawnGateway(t, { DATA_DIR: folder })
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  await new Promise(resolve => setTimeout(resolve, 100))
  const logged = gateway.lines.join('\n')
  t.match(logged, /"database":"embedded"/)
  t.match(logged, /database.embedded-in-use.*DATABASE_URL for production/)
  t.match(logged, /gateway.no-adapters/)
  t.equal((await fetch(`${gateway.url}/readyz`)).status, 200)
  t.equal(await gateway.kill('SIGTERM'), 0)
})
