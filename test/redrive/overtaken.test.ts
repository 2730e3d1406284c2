// A redrive that has to wait for a lane sees what was delivered while it waited.
import { sql } from 'kysely'
import t from 'tap'
import { redriveDeliveries } from '../../src/redrive/redrive.js'
import { chunkSize } from '../../src/redrive/runner.js'
import { insertLanes } from '../operations/deliver/rows.js'
import { openTestDatabase } from '../support/database.js'
import { until } from '../support/gateway.js'

t.test('a later revision that is settled while a redrive waits for its lane supersedes the redriven one', async t => {
  const { db } = await openTestDatabase(t)
  const [lane = ''] = await insertLanes(db, 1)
  await sql`insert into revisions (dossier_id, revision, content, content_hash, client_id, event_at)
    select dossier_id, 1, '{}', ''::bytea, 'test', now() from lanes`.execute(db)
  const { rows: [delivery] } = await sql<{ id: string }>`
    insert into deliveries (lane_id, adapter, dossier_id, revision, state, ended_at) select id, adapter, dossier_id, 1, 'refused', now() from lanes returning id`.execute(db)
  let redriving: ReturnType<typeof redriveDeliveries> | undefined
  await db.transaction().execute(async tx => {
    await sql`update lanes set delivered_revision = 2, confirmed_revision = 2 where id = ${lane}`.execute(tx)
    redriving = redriveDeliveries(db, { ids: [delivery?.id ?? ''] }, 'operator:test')
    await until(async () => (await sql`select from pg_locks where not granted`.execute(db)).rows.length > 0)
  })
  t.match((await redriving)?.redriven, [{ id: delivery?.id, state: 'superseded' }])
  const { confirmed_revision: confirmed } = await db.selectFrom('lanes').select('confirmed_revision').executeTakeFirstOrThrow()
  t.equal(confirmed, 2, 'what the partner has confirmed is not forgotten')
})

t.test('a chunk is a quarter of a second of the rate, at least one and never more than a transaction should hold', async t => {
  t.strictSame([1, 3, 4, 20, 10_000, null].map(chunkSize), [1, 1, 1, 5, 500, 500])
  t.strictSame([5, 7, 22, 23].map(chunkSize), [1, 1, 5, 5], 'rounded down: a chunk takes no longer than that')
})
