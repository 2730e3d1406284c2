// Migrations: all or nothing, once whoever runs them, and never on a schema of another version.
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { migrate, schemaStatus } from '../../src/db/migrate.js'
import { openDatabase, sqlState, type Database } from '../../src/db/open.js'
import { createDatabase } from '../support/database.js'

const OURS = new URL('../../src/db/migrations/', import.meta.url)
const FIRST = '0001-spine'

async function opened (t: Test): Promise<{ url: string, db: Database }> {
  const url = await createDatabase(t)
  return { url, db: openAt(t, url) }
}

function openAt (t: Test, url: string): Database {
  const db = openDatabase({ url, maxConnections: 4, applicationName: 'test', onError: () => {} })
  t.teardown(() => db.destroy())
  return db
}

/** Our migrations and more, as a later version would bring them. */
async function later (t: Test, files: Record<string, string>): Promise<URL> {
  const folder = await mkdtemp(join(tmpdir(), 'lienthong-migrations-'))
  t.teardown(() => rm(folder, { recursive: true }))
  await cp(OURS, folder, { recursive: true })
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  return pathToFileURL(`${folder}/`)
}

async function tables (db: Database): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely%' order by 1`.execute(db)
  return rows.map(row => row.name)
}

t.test('a new database lacks everything; after migrating it lacks nothing, and migrating again does nothing', async t => {
  const { db } = await opened(t)
  const { pending } = await schemaStatus(db)
  t.equal(pending[0], FIRST)
  t.strictSame(await migrate(db), pending)
  t.strictSame(await schemaStatus(db), { pending: [], unknown: [] })
  t.strictSame(await migrate(db), [])
})

t.test('a later version\'s migrations are applied in the order of their names, also several statements in one file', async t => {
  const { db } = await opened(t)
  await migrate(db)
  const folder = await later(t, { '0900-b.sql': 'create table b (id int); insert into b select id from a;', '0800-a.sql': 'create table a (id int);\ninsert into a values (1);', 'notes.txt': 'no migration' })
  t.strictSame((await schemaStatus(db, folder)).pending, ['0800-a', '0900-b'])
  t.strictSame(await migrate(db, folder), ['0800-a', '0900-b'])
  t.strictSame((await sql`select id from b`.execute(db)).rows, [{ id: 1 }])
  t.strictSame(await schemaStatus(db), { pending: [], unknown: ['0800-a', '0900-b'] }, 'the older version sees that it is older')
})

t.test('a migration that fails leaves nothing half-applied, and the old version can go on', async t => {
  const { db } = await opened(t)
  await migrate(db)
  const before = await tables(db)
  const folder = await later(t, { '0800-good.sql': 'create table good (id int);', '0900-bad.sql': 'create table half (id int); insert into half values (1); select 1/0; create table rest (id int);' })
  const error = await migrate(db, folder).then(() => undefined, (reason: unknown) => reason)
  t.equal(sqlState(error), '22012', 'the cause is told')
  t.strictSame(await tables(db), before)
  t.strictSame(await schemaStatus(db), { pending: [], unknown: [] })
  t.strictSame(await migrate(db), [], 'no lock is left')
  await db.insertInto('adapter_controls').values({ adapter: 'a', paused_at: null, paused_by: null, reason: null }).execute()
})

t.test('a migration that was mended is applied at the next try', async t => {
  const { db } = await opened(t)
  await t.rejects(migrate(db, await later(t, { '0900-bad.sql': 'create tabel x (id int)' })))
  t.strictSame(await tables(db), [], 'a first start that fails leaves an empty database')
  t.strictSame((await migrate(db, await later(t, { '0900-bad.sql': 'create table x (id int)' }))).at(-1), '0900-bad')
})

t.test('several processes that migrate at once apply each migration once', async t => {
  for (let round = 0; round < 3; round++) {
    const { url, db } = await opened(t)
    const processes = Array.from({ length: 4 }, () => openAt(t, url))
    const applied = await Promise.all(processes.map(async process => migrate(process)))
    t.strictSame(applied.flat().sort(), (await sql<{ name: string }>`select name from kysely_migration order by 1`.execute(db)).rows.map(row => row.name))
  }
})
