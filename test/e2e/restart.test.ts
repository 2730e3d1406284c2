// `kill -9` of the gateway in the middle of hundreds of deliveries, and a wiped queue.
import t from 'tap'
import { Pool } from 'undici'
import { openDatabase } from '../../src/db/open.js'
import { BACKENDS } from '../support/backends.js'
import { checkConservation, readToTheEnd } from '../support/conservation.js'
import { createMigrated } from '../support/database.js'
import { aDossier, aStep, codeOf } from '../support/dossiers.js'
import { KEY, portalSettings, settled, startSandbox, until } from '../support/gateway.js'
import { spawnGateway } from '../support/process.js'

t.setTimeout(240_000)

/** Enough for every state to be hit; thousands are the business of `npm run faults`. */
const DOSSIERS = 400
const KILLED_AFTER = 120
/** Of the second round: updates on top of what the kill left. */
const UPDATED = 100

for (const backend of BACKENDS) {
  t.test(`kill -9 amid ${DOSSIERS} deliveries on ${backend.name}: all are delivered, none created twice`, { skip: backend.skip }, async t => {
    const { sandbox, url: portal } = await startSandbox(t)
    const database = await createMigrated(t)
    const redisUrl = await backend.redisUrl(t)
    const environment = {
      ...portalSettings(portal),
      DATABASE_URL: database,
      MIGRATE_ON_START: 'yes',
      BOOTSTRAP_API_KEY: KEY,
      LEASE_SECONDS: '3',
      SWEEP_SECONDS: '1',
      QUEUE_PREFIX: `kill-${process.pid}-${backend.name}`,
      ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl })
    }
    const db = openDatabase({ url: database, maxConnections: 3, applicationName: 'test', onError: () => {} })
    t.teardown(() => db.destroy())
    const first = await spawnGateway(t, environment)
    await pushAll(first.url, 1)
    await until(() => sandbox.store.size() >= KILLED_AFTER)
    await first.kill('SIGKILL')
    await readToTheEnd(sandbox)
    const atKill = sandbox.store.size()
    t.ok(atKill < DOSSIERS, `killed with ${atKill} of ${DOSSIERS} at the portal`)
    const second = await spawnGateway(t, environment)
    await pushAll(second.url, 2)
    await settled({ db })
    await checkConservation(t, db, sandbox)
    const states = await db.selectFrom('deliveries').select(['state']).distinct().execute()
    t.strictSame(states.map(row => row.state).filter(state => state !== 'superseded'), ['delivered'])
    t.equal(await second.kill('SIGTERM'), 0, 'a stop in order ends with 0')
  })
}

async function pushAll (url: string, revision: number): Promise<void> {
  const pool = new Pool(url, { connections: 8 })
  const numbers = Array.from({ length: revision === 1 ? DOSSIERS : UPDATED }, (_, index) => index + 1)
  await Promise.all(Array.from({ length: 8 }, async () => {
    for (let n = numbers.shift(); n !== undefined; n = numbers.shift()) await push(pool, n, revision)
  }))
  await pool.close()
}

async function push (pool: Pool, n: number, revision: number): Promise<void> {
  const step = aStep({ occurredAt: `2026-11-0${3 + revision}T09:00:00+07:00`, content: `Bước ${revision}` })
  const { statusCode, body } = await pool.request({
    method: 'POST',
    path: '/v1/dossiers',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', 'idempotency-key': `${n}-${revision}` },
    body: JSON.stringify(aDossier({ code: codeOf(n), summary: `Lần ${revision}`, progress: [step] }))
  })
  const text = await body.text()
  if (statusCode !== 202) throw new Error(`push ${n}: ${statusCode} ${text}`)
}
