// The audit log itself: only ever added to, by the transaction that makes the fact, and read without gaps.
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { listAudit, recordAudit, type AuditCursor, type AuditEntry, type AuditRow } from '../../src/db/audit.js'
import { openDatabase, sqlState, type Database } from '../../src/db/open.js'
import { openTestDatabase } from '../support/database.js'
import { until } from '../support/gateway.js'

t.setTimeout(120_000)

function entry (dossierCode: string): AuditEntry {
  return { actor: 'client:test', action: 'dossier.accepted', dossierCode, details: { revision: 1 } }
}

/** Reads on from a cursor until nothing new comes, as a consumer of the feed does. */
async function readOn (db: Database, from?: AuditCursor): Promise<{ codes: string[], cursor: AuditCursor | undefined }> {
  const codes: string[] = []
  let cursor = from
  for (;;) {
    const rows: AuditRow[] = await listAudit(db, { after: cursor, limit: 7 })
    const last = rows.at(-1)
    if (last === undefined) return { codes, cursor }
    codes.push(...rows.map(row => row.dossier_code ?? ''))
    cursor = { xid: last.xid, id: last.id }
  }
}

/** Other databases of the server share its transaction numbers: an entry is readable once older ones there have ended. */
async function readAll (db: Database, count: number): Promise<string[]> {
  let codes: string[] = []
  await until(async () => {
    codes = (await readOn(db)).codes
    return codes.length >= count
  })
  return codes
}

async function refusedChange (t: Test, db: Database, statement: string): Promise<void> {
  const error = await sql.raw(statement).execute(db).then(() => undefined, (reason: unknown) => reason)
  t.equal(sqlState(error), '23001', `${statement}: refused as a restriction`)
  t.match((error as Error | undefined)?.message, /append-only/)
}

t.test('the database refuses to change, delete or truncate entries', async t => {
  const { db } = await openTestDatabase(t)
  await recordAudit(db, [entry('A'), entry('B')])
  const before = await db.selectFrom('audit_entries').selectAll().orderBy('id').execute()
  await refusedChange(t, db, "update audit_entries set actor = 'nobody'")
  await refusedChange(t, db, 'delete from audit_entries')
  await refusedChange(t, db, 'truncate audit_entries cascade')
  await refusedChange(t, db, 'truncate audit_entries restart identity cascade')
  await refusedChange(t, db, "with gone as (delete from audit_entries where dossier_code = 'A' returning 1) select count(*) from gone")
  t.strictSame(await db.selectFrom('audit_entries').selectAll().orderBy('id').execute(), before)
})

t.test('an upsert cannot rewrite an entry either, nor can an id be chosen', async t => {
  const { db } = await openTestDatabase(t)
  await recordAudit(db, [entry('A')])
  const statement = "insert into audit_entries (id, actor, action) overriding system value select id, 'nobody', 'dossier.viewed' from audit_entries on conflict (id) do update set actor = excluded.actor"
  await refusedChange(t, db, statement)
  const chosen = await sql.raw("insert into audit_entries (id, actor, action) values (1, 'a', 'dossier.viewed')").execute(db).then(() => '', sqlState)
  t.equal(chosen, '428C9')
})

t.test('an entry is there with its fact or not at all', async t => {
  const { db } = await openTestDatabase(t)
  await t.rejects(db.transaction().execute(async tx => {
    await recordAudit(tx, [entry('A')])
    throw new Error('the fact did not come to be')
  }))
  t.strictSame(await db.selectFrom('audit_entries').selectAll().execute(), [])
})

t.test('no entries are no statement', async t => {
  const { db } = await openTestDatabase(t)
  await recordAudit(db, [])
  t.strictSame(await db.selectFrom('audit_entries').selectAll().execute(), [])
})

t.test('a transaction that stays open while later ones commit is never passed over', async t => {
  const { db, url } = await openTestDatabase(t)
  const slow = openDatabase({ url, maxConnections: 1, applicationName: 'slow', onError: () => {} })
  t.teardown(() => slow.destroy())
  await recordAudit(db, [entry('before')])
  t.strictSame(await readAll(db, 1), ['before'])
  let read = await readOn(db)
  await slow.transaction().execute(async tx => {
    await recordAudit(tx, [entry('slow')])
    await recordAudit(db, [entry('later 1')])
    await recordAudit(db, [entry('later 2')])
    read = await readOn(db, read.cursor)
    t.strictSame(read.codes, [], 'what is later waits for the open one')
  })
  const seen: string[] = []
  await until(async () => {
    read = await readOn(db, read.cursor)
    seen.push(...read.codes)
    return seen.length >= 3
  })
  t.strictSame(seen, ['slow', 'later 1', 'later 2'])
})

t.test('a transaction that is rolled back holds nobody up and leaves no gap to wait for', async t => {
  const { db } = await openTestDatabase(t)
  await db.transaction().execute(async tx => {
    await recordAudit(tx, [entry('gone')])
    throw new Error('rolled back')
  }).catch(() => {})
  await recordAudit(db, [entry('kept')])
  t.strictSame(await readAll(db, 1), ['kept'])
})

t.test('200 writers at once, some slow, some rolled back: a reader that goes along sees every entry once, in one order', async t => {
  const { db, url } = await openTestDatabase(t)
  const reader = openDatabase({ url, maxConnections: 2, applicationName: 'reader', onError: () => {} })
  t.teardown(() => reader.destroy())
  let writing = true
  const written = Promise.all(Array.from({ length: 200 }, async (_, n) => db.transaction().execute(async tx => {
    await recordAudit(tx, [entry(`${n}a`)])
    if (n % 20 === 0) await sql`select pg_sleep(0.05)`.execute(tx)
    await recordAudit(tx, [entry(`${n}b`)])
    if (n % 10 === 3) throw new Error('rolled back')
  }).catch(() => {}))).then(() => { writing = false })
  const seen: string[] = []
  let cursor: AuditCursor | undefined
  await until(async () => {
    const done = !writing
    const read = await readOn(reader, cursor)
    seen.push(...read.codes)
    cursor = read.cursor
    return done && seen.length >= 360
  })
  await written
  const expected = Array.from({ length: 200 }, (_, n) => n).filter(n => n % 10 !== 3).flatMap(n => [`${n}a`, `${n}b`])
  t.strictSame([...seen].sort(), expected.sort(), 'every committed entry once, no other')
  t.strictSame((await readOn(reader)).codes, seen, 'a reader that starts later sees the same order')
})
