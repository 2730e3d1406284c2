// SIGTERM to the real process under load: it ends in time with 0, answers what it has begun, and leaves nothing half done.
import { setTimeout as delay } from 'node:timers/promises'
import { connect } from 'node:net'
import { sql } from 'kysely'
import t from 'tap'
import { openDatabase } from '../../src/db/open.js'
import { BACKENDS } from '../support/backends.js'
import { createMigrated } from '../support/database.js'
import { aDossier, codeOf } from '../support/dossiers.js'
import { KEY, portalSettings, settled, startSandbox, until } from '../support/gateway.js'
import { checkConservation } from '../support/conservation.js'
import { spawnGateway } from '../support/process.js'

t.setTimeout(180_000)
const GRACE = 5

for (const backend of BACKENDS) {
  t.test(`SIGTERM amid pushes and calls on ${backend.name}`, { skip: backend.skip }, async t => {
    const { sandbox, url: portal } = await startSandbox(t)
    const database = await createMigrated(t)
    const redisUrl = await backend.redisUrl(t)
    const environment = {
      ...portalSettings(portal),
      ADAPTER_NATIONAL_PORTAL_CALL_TIMEOUT_MS: '60000',
      DATABASE_URL: database,
      MIGRATE_ON_START: 'yes',
      BOOTSTRAP_API_KEY: KEY,
      LEASE_SECONDS: '3',
      SWEEP_SECONDS: '1',
      GRACE_SECONDS: String(GRACE),
      CATALOGUE_HOURS: '0',
      QUEUE_PREFIX: `stop-${process.pid}-${backend.name}`,
      ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl })
    }
    const db = openDatabase({ url: database, maxConnections: 2, applicationName: 'test', onError: () => {} })
    t.teardown(() => db.destroy())
    // Calls outlast the whole stop: they must be cut.
    sandbox.faults.add({ kind: 'slow', delayMs: 30_000, done: false })
    const gateway = await spawnGateway(t, environment)
    // Somebody who never ends a request must not keep the process.
    const slow = connect(Number(new URL(gateway.url).port), '127.0.0.1')
    slow.on('error', () => {}).write(`POST /v1/dossiers HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${KEY}\r\ncontent-type: application/json\r\ncontent-length: 9999\r\n\r\n{`)
    t.teardown(() => slow.destroy())
    const answers: Array<{ code: string, status: number }> = []
    const pushing = { on: true }
    const pushers = Array.from({ length: 4 }, async (_, lane) => {
      for (let n = lane + 1; pushing.on; n += 4) {
        const code = codeOf(n)
        const status = await push(gateway.url, code)
        answers.push({ code, status })
        if (status === 0) await delay(50)
      }
    })
    await until(async () => answers.filter(({ status }) => status === 202).length > 12)
    await until(async () => (await sql`select from deliveries where state = 'sending'`.execute(db)).rows.length > 0)
    const started = performance.now()
    const exit = await gateway.kill('SIGTERM')
    const seconds = (performance.now() - started) / 1000
    pushing.on = false
    await Promise.all(pushers)
    t.equal(exit, 0, gateway.lines.slice(-5).join('\n'))
    // Calls last 30 s, and the request that never ends as well; the rest is room for a busy machine.
    t.ok(seconds < GRACE + 5, `${seconds.toFixed(1)} s of ${GRACE}`)
    const { rows: left } = await sql<{ sending: number, leased: number, open: number, counted: number }>`
      select (select count(*)::int from deliveries where state = 'sending') as sending,
        (select count(*)::int from lanes where lease_token is not null) as leased,
        (select count(*)::int from attempts where ended_at is null) as open,
        (select coalesce(sum(own_failures + retries), 0)::int from deliveries) as counted`.execute(db)
    t.strictSame(left, [{ sending: 0, leased: 0, open: 0, counted: 0 }], 'nothing is half done and nothing was counted')
    const { rows: stored } = await sql<{ code: string }>`select code from dossiers`.execute(db)
    const accepted = answers.filter(({ status }) => status === 202).map(({ code }) => code)
    t.ok(accepted.every(code => stored.some(row => row.code === code)), 'every 202 is stored')
    t.strictSame([...new Set(answers.map(({ status }) => status))].filter(status => ![202, 503, 0].includes(status)), [])
    const { rows: [audit] } = await sql<{ accepted: number, planned: number }>`
      select count(*) filter (where action = 'dossier.accepted')::int as accepted, count(*) filter (where action = 'delivery.planned')::int as planned from audit_entries`.execute(db)
    t.strictSame(audit, { accepted: stored.length, planned: stored.length }, 'no audit row is missing')
    t.strictSame((await sql`select from processes`.execute(db)).rows, [], 'it left the register')
    sandbox.faults.clear()
    const next = await spawnGateway(t, environment)
    const restarted = performance.now()
    await settled({ db })
    t.comment(`${stored.length} dossiers, settled ${((performance.now() - restarted) / 1000).toFixed(1)} s after the restart`)
    await checkConservation(t, db, sandbox)
    t.equal(await next.kill('SIGTERM'), 0)
  })
}

/** 0: no connection. */
async function push (url: string, code: string): Promise<number> {
  return fetch(`${url}/v1/dossiers`, {
    method: 'POST', headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' }, body: JSON.stringify(aDossier({ code }))
  }).then(response => response.status, () => 0)
}
