import { sql } from 'kysely'
import t from 'tap'
import { startGateway } from '../support/gateway.js'

// The gateway's own rounds are far apart: each round below is the test's.
const environment = { SWEEP_SECONDS: '300' }

t.test('idempotency keys past their time are removed, a bounded number a round', async t => {
  const { services: { db, sweep } } = await startGateway(t, { environment })
  await sql`insert into idempotency_keys (client_id, route, key, body_hash, created_at)
    select 'c', 'r', 'old-' || n, ''::bytea, now() - interval '73 hours' from generate_series(1, 1500) n
    union all select 'c', 'r', 'new-' || n, ''::bytea, now() - interval '71 hours' from generate_series(1, 5) n`.execute(db)
  const left = async (): Promise<number> => (await db.selectFrom('idempotency_keys').select('key').execute()).length
  await sweep.run()
  t.equal(await left(), 505)
  await sweep.run()
  t.equal(await left(), 5, 'those of 71 hours stay')
})

t.test('bulk jobs past their time are removed, a bounded number a round', async t => {
  const { services: { db, sweep } } = await startGateway(t, { environment })
  await sql`insert into imports (client_id, id, sha256, updated_at)
    select 'c', 'old-' || n, sha256(''), now() - interval '31 days' from generate_series(1, 7) n
    union all select 'c', 'new', sha256(''), now() - interval '29 days'`.execute(db)
  const left = async (): Promise<number> => (await db.selectFrom('imports').select('id').execute()).length
  await sweep.run()
  t.equal(await left(), 3)
  await sweep.run()
  t.equal(await left(), 1, 'that of 29 days stays')
})
