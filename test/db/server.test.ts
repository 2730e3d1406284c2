// An advisory lock is held for as long as the work under it takes.
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { openDatabase, type Database } from '../../src/db/open.js'
import { withLock } from '../../src/db/server.js'
import { createMigrated } from '../support/database.js'

const IDLE_LIMIT_MS = 200

/** The gateway's own way to open one, with an idle limit that a test can wait for. */
async function impatient (t: Test): Promise<Database> {
  const url = new URL(await createMigrated(t))
  url.searchParams.set('idle_in_transaction_session_timeout', String(IDLE_LIMIT_MS))
  const db = openDatabase({ url: url.href, maxConnections: 4, applicationName: 'test', onError: () => {} })
  t.teardown(() => db.destroy())
  return db
}

async function idleLimit (db: Database): Promise<string | undefined> {
  return (await sql<{ limit: string }>`select current_setting('idle_in_transaction_session_timeout') as "limit"`.execute(db)).rows[0]?.limit
}

const lock = (name: string): { name: string, deadlineMs: number } => ({ name, deadlineMs: 30_000 })

t.test('the idle limit ends a transaction that waits, and not the one that holds a lock for long work', async t => {
  const db = await impatient(t)
  await t.rejects(db.transaction().execute(async tx => {
    await sql`select 1`.execute(tx)
    await delay(IDLE_LIMIT_MS * 4)
    await sql`select 1`.execute(tx)
  }), { message: /terminat|not queryable/i }, 'the limit holds for others')

  const seen: string[] = []
  await withLock(db, lock('test'), async () => {
    await delay(IDLE_LIMIT_MS * 4)
    // Only a lock whose transaction still lives keeps the second one out.
    await withLock(db, lock('test'), async () => { seen.push('second') })
    await withLock(db, lock('another'), async () => { seen.push('another') })
    seen.push('first')
  })
  t.strictSame(seen, ['another', 'first'])
  await withLock(db, lock('test'), async () => { seen.push('after') })
  t.equal(seen.at(-1), 'after', 'the end of the work frees it')
  t.equal(await idleLimit(db), `${IDLE_LIMIT_MS}ms`, 'the connection keeps its limit for what comes next')
})
