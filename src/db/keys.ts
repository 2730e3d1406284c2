/** Keys of clients: stored as hashes, shown once when made. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { sql } from 'kysely'
import type { Database, Executor, Tx } from './open.js'

export const SCOPES = [
  'dossiers:write', 'files:write', 'dossiers:import', 'dossiers:read', 'deliveries:read', 'deliveries:manage',
  'adapters:read', 'adapters:manage', 'codes:read', 'codes:manage', 'inbound:read', 'audit:read', 'events:read', 'endpoints:manage'
] as const
export type Scope = typeof SCOPES[number]

export interface Client {
  id: string
  keyId: string
  scopes: readonly string[]
  /** Its last use was not written down within the last minute. */
  stale: boolean
}

/** 256 random bits behind a prefix that secret scanners can find. */
export function generateKey (): string {
  return `lt_${randomBytes(32).toString('base64url')}`
}

export function hashKey (key: string): Buffer {
  return createHash('sha256').update(key, 'utf8').digest()
}

/** The client of a key, if the key is known and not revoked. */
export async function findClient (db: Executor, key: string): Promise<Client | undefined> {
  const hash = hashKey(key)
  const row = await db.selectFrom('client_keys').select(['id', 'client_id', 'scopes', 'key_hash'])
    .select(sql<boolean>`last_used_at is null or last_used_at < now() - interval '1 minute'`.as('stale'))
    .where('key_hash', '=', hash).where('revoked_at', 'is', null).executeTakeFirst()
  if (row === undefined || !timingSafeEqual(row.key_hash, hash)) return undefined
  return { id: row.client_id, keyId: row.id, scopes: row.scopes, stale: row.stale }
}

/** To the minute: a write for every request would cost more than it tells. */
export async function touchKey (db: Executor, keyId: string): Promise<void> {
  await sql`update client_keys set last_used_at = now() where id = ${keyId}`.execute(db)
}

export interface NewKey {
  clientId: string
  key: string
  scopes: readonly string[]
}

export async function addKey (db: Executor, { clientId, key, scopes }: NewKey): Promise<string> {
  const row = await db.insertInto('client_keys')
    .values({ client_id: clientId, key_hash: hashKey(key), scopes: [...scopes], revoked_at: null, last_used_at: null })
    .returning('id').executeTakeFirstOrThrow()
  return row.id
}

/** Revokes a client's keys, or one of them; returns how many were live. */
export async function revokeKeys (db: Executor, clientId: string, keyId?: string): Promise<number> {
  let statement = db.updateTable('client_keys').set({ revoked_at: sql<Date>`now()` })
    .where('client_id', '=', clientId).where('revoked_at', 'is', null)
  if (keyId !== undefined) statement = statement.where('id', '=', keyId)
  const { numUpdatedRows } = await statement.executeTakeFirst()
  return Number(numUpdatedRows)
}

export interface KeyRow {
  id: string
  client_id: string
  scopes: string[]
  created_at: Date
  revoked_at: Date | null
  last_used_at: Date | null
}

export async function listKeys (db: Executor): Promise<KeyRow[]> {
  return db.selectFrom('client_keys').select(['id', 'client_id', 'scopes', 'created_at', 'revoked_at', 'last_used_at'])
    .orderBy('client_id').orderBy('id').execute()
}

export const BOOTSTRAP_CLIENT = 'bootstrap'

export class BootstrapKeyTaken extends Error {
  constructor () {
    super('BOOTSTRAP_API_KEY: this is the key of another client; choose a new one')
    this.name = 'BootstrapKeyTaken'
  }
}

/** Makes the bootstrap client's only live key the one of the setting; without a setting it has none. */
export async function syncBootstrapKey (db: Database, key: string | undefined): Promise<void> {
  await db.transaction().execute(async tx => {
    await sql`select pg_advisory_xact_lock(hashtext('lienthong bootstrap key'))`.execute(tx)
    await revokeOthers(tx, key)
    if (key === undefined) return
    await sql`insert into client_keys (client_id, key_hash, scopes) values (${BOOTSTRAP_CLIENT}, ${hashKey(key)}, ${[...SCOPES]}::text[])
      on conflict (key_hash) do update set revoked_at = null, scopes = excluded.scopes
      where client_keys.client_id = excluded.client_id`.execute(tx)
    const owner = await tx.selectFrom('client_keys').select('client_id').where('key_hash', '=', hashKey(key)).executeTakeFirst()
    // The key of another client, live or revoked, must not come to have every scope.
    if (owner?.client_id !== BOOTSTRAP_CLIENT) throw new BootstrapKeyTaken()
  })
}

async function revokeOthers (tx: Tx, key: string | undefined): Promise<void> {
  await sql`update client_keys set revoked_at = now()
    where client_id = ${BOOTSTRAP_CLIENT} and revoked_at is null
      and (${key === undefined} or key_hash <> ${hashKey(key ?? '')})`.execute(tx)
}
