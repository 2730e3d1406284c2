import { sql } from 'kysely'
import t from 'tap'
import { startGateway } from '../support/gateway.js'

t.test('each round of the sweep forgets old idempotency keys and bulk jobs, and keeps the others', async t => {
  const { services: { db, sweep } } = await startGateway(t)
  const ages = ['31 days', '1 hour']
  for (const age of ages) {
    await sql`insert into idempotency_keys (client_id, route, key, body_hash, created_at)
      values ('bootstrap', 'POST /v1/dossiers', ${age}, ''::bytea, now() - ${age}::interval)`.execute(db)
    await sql`insert into imports (client_id, id, sha256, updated_at) values ('bootstrap', ${age}, sha256(''), now() - ${age}::interval)`.execute(db)
  }
  await sweep.run()
  t.same(await db.selectFrom('idempotency_keys').select('key').execute(), [{ key: '1 hour' }])
  t.same(await db.selectFrom('imports').select('id').execute(), [{ id: '1 hour' }])
})
