// `kill -9` of the gateway in the middle of a redrive: another process goes on, and each delivery is redriven once.
import t from 'tap'
import { sql } from 'kysely'
import { Pool } from 'undici'
import { openDatabase } from '../../src/db/open.js'
import { checkStates } from '../support/conservation.js'
import { createMigrated } from '../support/database.js'
import { aDossier, codeOf } from '../support/dossiers.js'
import { KEY, portalSettings, settled, startSandbox, until } from '../support/gateway.js'
import { spawnGateway } from '../support/process.js'

t.setTimeout(240_000)

const FAILED = 60

t.test('a job goes on after kill -9 where it was: each delivery is redriven once, none is left out', async t => {
  const { sandbox, url: portal } = await startSandbox(t)
  const database = await createMigrated(t)
  const environment = {
    ...portalSettings(portal), DATABASE_URL: database, MIGRATE_ON_START: 'yes', BOOTSTRAP_API_KEY: KEY, LEASE_SECONDS: '3', SWEEP_SECONDS: '1', QUEUE_PREFIX: `redrive-${process.pid}`
  }
  const db = openDatabase({ url: database, maxConnections: 3, applicationName: 'test', onError: () => {} })
  t.teardown(() => db.destroy())
  const fault = sandbox.faults.add({ kind: 'refuse', code: '3', message: 'Sai lĩnh vực', match: { service: 'DongBoHoSoMC' } })
  const first = await spawnGateway(t, environment)
  const pool = new Pool(first.url, { connections: 8 })
  await Promise.all(Array.from({ length: FAILED }, async (_, n) => post(pool, '/v1/dossiers', aDossier({ code: codeOf(n + 1) }))))
  await settled({ db })
  sandbox.faults.remove(fault.id)

  const { job } = await post(pool, '/v1/deliveries/redrive', { state: 'refused', rate: 20 }) as { job: string }
  const done = async (): Promise<number> => (await db.selectFrom('audit_entries').select('id').where('action', '=', 'delivery.redriven').execute()).length
  await until(async () => await done() >= 10)
  await first.kill('SIGKILL')
  await pool.close()
  const atKill = await done()
  t.ok(atKill < FAILED, `killed at ${atKill} of ${FAILED}`)

  const second = await spawnGateway(t, environment)
  await until(async () => (await sql`select from redrives where state = 'done'`.execute(db)).rows.length === 1)
  await settled({ db })
  const other = new Pool(second.url)
  t.match(await (await other.request({ method: 'GET', path: job, headers: { authorization: `Bearer ${KEY}` } })).body.json(),
    { state: 'done', total: FAILED, redriven: FAILED, skipped: 0, remaining: 0 })
  await other.close()
  const { rows } = await sql`select delivery_id from audit_entries where action = 'delivery.redriven' group by 1 having count(*) <> 1`.execute(db)
  t.equal(rows.length, 0, 'each was redriven once')
  t.equal(await done(), FAILED)
  await checkStates(t, db)
  t.equal(sandbox.store.size(), FAILED)
})

async function post (pool: Pool, path: string, document: unknown): Promise<unknown> {
  const { statusCode, body } = await pool.request({
    method: 'POST', path, headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' }, body: JSON.stringify(document)
  })
  const text = await body.text()
  if (statusCode !== 202) throw new Error(`${path}: ${statusCode} ${text}`)
  return JSON.parse(text)
}
