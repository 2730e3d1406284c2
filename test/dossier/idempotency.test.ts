// Idempotency keys are kept 72 hours and then forgotten, a bounded number at a time.
import { sql } from 'kysely'
import t from 'tap'
import { claimKey, forgetOldKeys, IDEMPOTENCY_HOURS, keepAnswer } from '../../src/dossier/idempotency.sql.js'
import { openTestDatabase } from '../support/database.js'

const { db } = await openTestDatabase(t)
const SCOPE = { clientId: 'a', route: 'POST /v1/dossiers' }
const HASH = Buffer.from('hash of a body')

async function claim (key: string): Promise<unknown> {
  return db.transaction().execute(async tx => claimKey(tx, { ...SCOPE, key }, HASH))
}

async function keys (): Promise<string[]> {
  return (await db.selectFrom('idempotency_keys').select('key').orderBy('key').execute()).map(row => row.key)
}

t.test('the first claim gets nothing, the second the kept answer', async t => {
  await db.transaction().execute(async tx => {
    t.equal(await claimKey(tx, { ...SCOPE, key: 'kept' }, HASH), undefined)
    await keepAnswer(tx, { ...SCOPE, key: 'kept' }, { status: 202, response: { code: 'A', list: [1] } })
  })
  t.strictSame(await claim('kept'), { bodyHash: HASH, status: 202, response: { code: 'A', list: [1] } })
})

t.test('claims differ by client, route and key', async t => {
  await claim('x')
  for (const other of [{ ...SCOPE, key: 'y' }, { ...SCOPE, key: 'x', clientId: 'b' }, { ...SCOPE, key: 'x', route: 'POST /v1/other' }]) {
    t.equal(await db.transaction().execute(async tx => claimKey(tx, other, HASH)), undefined)
  }
})

t.test('waiting for a key does not shorten the waits of the work that follows', async t => {
  const timeouts = await db.transaction().execute(async tx => {
    await claimKey(tx, { ...SCOPE, key: 'timeout' }, HASH)
    return sql<{ lock_timeout: string }>`show lock_timeout`.execute(tx)
  })
  t.strictSame(timeouts.rows, [{ lock_timeout: '0' }])
})

t.test('keys past their time are forgotten, a bounded number at once, and no others', async t => {
  await db.deleteFrom('idempotency_keys').execute()
  for (const key of ['old-1', 'old-2', 'old-3', 'young']) await claim(key)
  const age = async (prefix: string, hours: number): Promise<void> => {
    await sql`update idempotency_keys set created_at = now() - make_interval(hours => ${hours}) where key like ${prefix + '%'}`.execute(db)
  }
  await age('old', IDEMPOTENCY_HOURS + 1)
  await age('young', IDEMPOTENCY_HOURS - 1)
  t.equal(await forgetOldKeys(db, 2), 2)
  t.equal((await keys()).length, 2)
  t.equal(await forgetOldKeys(db, 2), 1)
  t.equal(await forgetOldKeys(db, 2), 0)
  t.strictSame(await keys(), ['young'])
})
