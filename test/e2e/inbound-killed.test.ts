// `kill -9` of the gateway while a partner calls: what was acknowledged is there, and what was not is taken once when it comes again.
import t from 'tap'
import { sql } from 'kysely'
import { Pool } from 'undici'
import { openDatabase } from '../../src/db/open.js'
import { createDatabase } from '../support/database.js'
import { KEY, portalSettings, until } from '../support/gateway.js'
import { spawnGateway } from '../support/process.js'

t.setTimeout(120_000)

const MESSAGES = 300
const PATH = '/VXPAdapter/RestService/forward/addtthcKhuyenMai'

/** The partner's verdict, or undefined where it got none. */
async function send (pool: Pool, n: number): Promise<number | undefined> {
  const notice = { SecurityKey: 'khoa-thu', MaHoSo: `G22.99-261104-${n}`, MaTTHC: '2.000002', MaSoThue: '0900000000', TenThuongNhan: 'Công ty Mẫu' }
  try {
    const { body } = await pool.request({ method: 'POST', path: PATH, headers: { 'content-type': 'application/json' }, body: JSON.stringify(notice) })
    return (await body.json() as { error_code: number }).error_code
  } catch {
    return undefined
  }
}

t.test('300 messages, one kill: each is stored and told to the province once, and none that was acknowledged is missing', async t => {
  const database = await createDatabase(t)
  const environment = { ...portalSettings('http://127.0.0.1:9'), ADAPTER_NATIONAL_PORTAL_SECURITY_KEYS: 'khoa-thu', OUTBOUND: 'paused', DATABASE_URL: database, MIGRATE_ON_START: 'yes', BOOTSTRAP_API_KEY: KEY, QUEUE_PREFIX: `inbound-${process.pid}` }
  const db = openDatabase({ url: database, maxConnections: 3, applicationName: 'test', onError: () => {} })
  t.teardown(() => db.destroy())
  const numbers = Array.from({ length: MESSAGES }, (_, n) => n)

  const first = await spawnGateway(t, environment)
  const pool = new Pool(first.url, { connections: 8 })
  const answers = Promise.all(numbers.map(async n => send(pool, n)))
  await until(async () => Number((await sql<{ count: string }>`select count(*) from inbound_messages`.execute(db)).rows[0]?.count) >= MESSAGES / 4)
  await first.kill('SIGKILL')
  const before = await answers
  await pool.close()
  const acknowledged = before.filter(code => code === 0).length
  t.ok(acknowledged > 0 && before.includes(undefined), `killed when ${acknowledged} of ${MESSAGES} were acknowledged`)
  // The server may still be ending what the dead process began.
  await until(async () => (await sql`select from pg_stat_activity where datname = current_database() and application_name like 'lienthong%'`.execute(db)).rows.length === 0)
  const { rows: kept } = await sql<{ key: string }>`select key from inbound_messages`.execute(db)

  const second = await spawnGateway(t, environment)
  const again = new Pool(second.url, { connections: 8 })
  const after = await Promise.all(numbers.map(async n => send(again, n)))
  await again.close()
  const wasKept = new Set(kept.map(({ key }) => key))
  t.strictSame(after, numbers.map(n => wasKept.has(`G22.99-261104-${n}`) ? 1 : 0), 'a duplicate where it was kept, else taken now')
  t.strictSame(before.flatMap((code, n) => code === 0 && after[n] !== 1 ? [n] : []), [], 'what was acknowledged was kept')
  const { rows: [totals] } = await sql`select (select count(*)::int from inbound_messages) as messages, (select count(*)::int from inbound_items where result = 'accepted') as items,
    (select count(*)::int from audit_entries where action = 'inbound.accepted') as told, (select count(distinct dossier_code)::int from audit_entries where action = 'inbound.accepted') as dossiers`.execute(db)
  t.strictSame(totals, { messages: MESSAGES, items: MESSAGES, told: MESSAGES, dossiers: MESSAGES })
})
