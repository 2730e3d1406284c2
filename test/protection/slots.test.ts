// One row per target gives slots to all processes: evenly spaced, none twice, none lost to an idle past.
import { sql } from 'kysely'
import t from 'tap'
import { openDatabase, type Database } from '../../src/db/open.js'
import { reserveSlots } from '../../src/protection/rates.sql.js'
import { createPace, intervalOf } from '../../src/protection/rate.js'
import { openTestDatabase } from '../support/database.js'

t.setTimeout(30_000)

async function nextAt (db: Database, target: string): Promise<number> {
  const { next_at: at } = await db.selectFrom('rates').select('next_at').where('target', '=', target).executeTakeFirstOrThrow()
  return at.getTime()
}

async function databaseNow (db: Database): Promise<number> {
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(db)
  return rows[0]?.now.getTime() ?? NaN
}

t.test('two processes with 60 calls at 20 a second: every slot is given once and at its distance', async t => {
  const { url, db } = await openTestDatabase(t)
  const other = openDatabase({ url, maxConnections: 2, applicationName: 'other', onError: () => {} })
  t.teardown(() => other.destroy())
  const interval = intervalOf(20)
  let [blocks, slots] = [0, 0]
  // The row's trigger writes down what was given, in the database's own time.
  await sql`create table given (at timestamptz, n serial)`.execute(db)
  await sql`create function note () returns trigger language plpgsql as $$ begin insert into given (at) values (new.next_at); return new; end $$`.execute(db)
  await sql`create trigger note after insert or update on rates for each row execute function note()`.execute(db)
  const processes = [db, other].map(database => createPace({
    target: 'x',
    callsPerSecond: 20,
    store: {
      reserve: async block => {
        blocks++
        slots += block.calls
        return await reserveSlots(database, block)
      },
      failed: (_target, error) => { t.error(error) }
    }
  }))
  const started = performance.now()
  await Promise.all(processes.flatMap(pace => Array.from({ length: 30 }, async () => { await pace(AbortSignal.timeout(20_000)) })))
  t.ok(performance.now() - started >= 59 * interval - 50, 'no sooner than 60 slots last')
  const { rows } = await sql<{ at: number }>`select (extract(epoch from at) * 1000)::float8 as at from given order by n`.execute(db)
  t.equal(rows.length, blocks)
  t.ok(blocks < 60, `${blocks} round trips for 60 calls`)
  const ends = rows.map(({ at }) => at)
  const steps = ends.slice(1).map((end, index) => end - (ends[index] ?? 0))
  t.ok(steps.every(step => step > interval - 0.01), 'each block begins where the one before it ends, or later')
  t.ok(slots >= 60, 'more only where a slot was given up because the process woke too late for it')
})

t.test('blocks follow each other without a gap while calls queue, and an idle time saves nothing up', async t => {
  const { db } = await openTestDatabase(t)
  const reserve = async (target: string, calls: number): Promise<number> => await reserveSlots(db, { target, calls, intervalMs: 10_000 })
  t.equal(await reserve('x', 1), 0, 'the first leaves at once')
  const first = await nextAt(db, 'x')
  const wait = await reserve('x', 5)
  t.ok(wait > 5000 && wait <= 10_000)
  t.equal(await nextAt(db, 'x') - first, 50_000, 'exactly five intervals')
  t.equal(await reserve('y', 1), 0, 'another target has its own')
  await sql`update rates set next_at = clock_timestamp() - interval '1 day' where target = 'x'`.execute(db)
  t.equal(await reserve('x', 1), 0)
  t.ok(await nextAt(db, 'x') - await databaseNow(db) > 5000, 'the day that passed gives no credit')
})

t.test('a clock that was set back does not stop calls for as long as it was wrong', async t => {
  const { db } = await openTestDatabase(t)
  await db.insertInto('rates').values({ target: 'x', next_at: new Date(Date.now() + 3_600_000) }).execute()
  t.equal(await reserveSlots(db, { target: 'x', calls: 1, intervalMs: 50 }), 0)
  t.ok(await nextAt(db, 'x') - await databaseNow(db) <= 50, 'and the pace is kept from then on')
})
