/**
 * Idempotency keys. The row is inserted by the transaction that does the work, so a second request with the key waits
 * at the unique index until the first one is decided: there is no state "in flight" that a crash could leave behind.
 */
import { sql } from 'kysely'
import type { Database, Tx } from '../db/open.js'

export interface IdempotencyScope {
  clientId: string
  route: string
  key: string
}

export interface StoredAnswer {
  bodyHash: Buffer
  status: number
  response: unknown
}

/** How long a request waits for the first one with its key (design §2.11). */
const WAIT_MS = 5000
export const IDEMPOTENCY_HOURS = 72

/** Claims the key; returns the first answer where there is one. Fails with SQLSTATE 55P03 when the first takes too long. */
export async function claimKey (tx: Tx, scope: IdempotencyScope, bodyHash: Buffer): Promise<StoredAnswer | undefined> {
  await sql`select set_config('lock_timeout', ${`${WAIT_MS}ms`}, true)`.execute(tx)
  const { rows } = await sql`
    insert into idempotency_keys (client_id, route, key, body_hash)
    values (${scope.clientId}, ${scope.route}, ${scope.key}, ${bodyHash})
    on conflict do nothing returning 1`.execute(tx)
  await sql`select set_config('lock_timeout', '0', true)`.execute(tx)
  if (rows.length === 1) return undefined
  const stored = await tx.selectFrom('idempotency_keys').select(['body_hash', 'status', 'response'])
    .where('client_id', '=', scope.clientId).where('route', '=', scope.route).where('key', '=', scope.key)
    .executeTakeFirstOrThrow()
  return { bodyHash: stored.body_hash, status: stored.status ?? 200, response: stored.response }
}

export async function keepAnswer (tx: Tx, scope: IdempotencyScope, answer: { status: number, response: unknown }): Promise<void> {
  await tx.updateTable('idempotency_keys')
    .set({ status: answer.status, response: JSON.stringify(answer.response) })
    .where('client_id', '=', scope.clientId).where('route', '=', scope.route).where('key', '=', scope.key)
    .execute()
}

/** Removes keys past their time, a bounded number at once; returns how many. */
export async function forgetOldKeys (db: Database, limit: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from idempotency_keys where ctid = any(array(
      select ctid from idempotency_keys where created_at < now() - make_interval(hours => ${IDEMPOTENCY_HOURS}) limit ${limit}))`.execute(db)
  return Number(numAffectedRows ?? 0n)
}
