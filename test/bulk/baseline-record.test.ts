// What a baseline writes, and that every confirmation has one proof: an exchange or a baseline.
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { beginBaseline, recordBaseline, refreshStatistics, storedDossiers } from '../../src/bulk/baseline.sql.js'
import { migrate } from '../../src/db/migrate.js'
import { openDatabase, sqlState, type Database } from '../../src/db/open.js'
import { baselineDossier } from '../../src/bulk/baseline-compare.js'
import { createDatabase, openTestDatabase } from '../support/database.js'
import { stock, stockedCode } from '../support/ndjson.js'

const OURS = new URL('../../src/db/migrations/', import.meta.url)

t.test('a baseline for two adapters makes a lane and confirmations of each, and tells of the dossier once', async t => {
  const { db } = await openTestDatabase(t)
  const baseline = await db.transaction().execute(async tx => beginBaseline(tx, { actor: 'operator:cli', clientId: 'x', adapters: ['first', 'second'] }))
  const dossiers = stock(2).map(dossier => baselineDossier(dossier, { adapters: ['first', 'second'], origins: {} }))
  t.strictSame([...await recordBaseline(db, baseline, dossiers)].sort(), [stockedCode(1), stockedCode(2)])
  t.strictSame([...await recordBaseline(db, baseline, dossiers)], [], 'once')
  const { rows: [counts] } = await sql`select (select count(*)::int from lanes where known_at_partner) as lanes,
    (select count(*)::int from step_confirmations) as confirmations, (select count(*)::int from audit_entries) as audit`.execute(db)
  t.strictSame(counts, { lanes: 4, confirmations: 10, audit: 2 })
  const stored = await storedDossiers(db, [stockedCode(1), 'not-there'], ['first', 'second', 'third'])
  t.match(stored.get(stockedCode(1)), { source_version: '1', known_at: ['first', 'second'], unconfirmed: { first: 0, second: 0, third: 3 } })
  t.equal(stored.size, 1)
  await refreshStatistics(db)
})

t.test('a confirmation with no proof, or with two, is refused', async t => {
  const { db } = await openTestDatabase(t)
  const { exchange, step } = await anExchange(db)
  const baseline = await db.transaction().execute(async tx => beginBaseline(tx, { actor: 'a', clientId: 'x', adapters: ['first'] }))
  const confirm = async (proof: { exchange_id: string | null, baseline_id: string | null }): Promise<string | undefined> =>
    db.insertInto('step_confirmations').values({ adapter: 'first', step_id: step, ...proof }).execute().then(() => 'stored', sqlState)
  t.equal(await confirm({ exchange_id: null, baseline_id: null }), '23514')
  t.equal(await confirm({ exchange_id: exchange, baseline_id: baseline.id }), '23514')
  t.equal(await confirm({ exchange_id: null, baseline_id: '99' }), '23503', 'a baseline that there was not')
  t.equal(await confirm({ exchange_id: exchange, baseline_id: null }), 'stored')
})

t.test('a database of the version before keeps its confirmations', async t => {
  const db = openDatabase({ url: await createDatabase(t), maxConnections: 2, applicationName: 'test', onError: () => {} })
  t.teardown(() => db.destroy())
  await migrate(db, await before(t, '0002'))
  const { exchange, step } = await anExchange(db)
  await sql`insert into step_confirmations (adapter, step_id, exchange_id) values ('first', ${step}, ${exchange})`.execute(db)
  t.ok((await migrate(db)).includes('0002-baseline'))
  t.match(await db.selectFrom('step_confirmations').selectAll().execute(), [{ step_id: step, exchange_id: exchange, baseline_id: null }])
  t.match(await db.selectFrom('lanes').selectAll().execute(), [{ baseline_id: null }])
})

/** The migrations of the version before `number`. */
async function before (t: Test, number: string): Promise<URL> {
  const folder = await mkdtemp(join(tmpdir(), 'lienthong-migrations-'))
  t.teardown(() => rm(folder, { recursive: true }))
  for (const name of (await readdir(OURS)).filter(name => name < number)) await cp(fileURLToPath(new URL(name, OURS)), join(folder, name))
  return pathToFileURL(`${folder}/`)
}

/** A dossier with a step and an exchange, in columns that every version has. */
async function anExchange (db: Database): Promise<{ exchange: string, step: string }> {
  const { rows: [made] } = await sql<{ exchange: string, step: string }>`
    with x as (insert into dossiers (code, client_id, agency_code, procedure_code, revision, content_hash) values ('A-1', 'c', 'a', 'p', 1, '') returning id),
    r as (insert into revisions (dossier_id, revision, content, content_hash, client_id, event_at) select id, 1, '{}', '', 'c', now() from x returning dossier_id),
    s as (insert into progress_steps (dossier_id, step_id, revision, occurred_at, content, content_hash) select dossier_id, 's', 1, now(), '{}', '' from r returning id),
    l as (insert into lanes (adapter, dossier_id) select 'first', id from x returning id, dossier_id),
    d as (insert into deliveries (lane_id, adapter, dossier_id, revision) select id, 'first', dossier_id, 1 from l returning id),
    a as (insert into attempts (delivery_id, number, owner) select id, 1, 'o' from d returning id),
    e as (insert into exchanges (attempt_id, operation, mode, step_ids, request) select id, 'dossier', 'create', '{}', '{}' from a returning id)
    select e.id as exchange, s.id as step from e, s`.execute(db)
  if (made === undefined) throw new Error('no exchange was made')
  return made
}
