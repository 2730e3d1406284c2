/** Sessions of provincial systems that log in as they do at the partner. Tokens are stored as hashes, like keys. */
import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { hashKey, type Client } from '../../db/keys.js'
import type { Executor } from '../../db/open.js'

export interface NewSession {
  keyId: string
  adapter: string
  seconds: number
}

/** Ended ones are cleared along the way, a bounded number at a time: some clients log in for every call (contract §6, 12). */
const CLEARED_AT_ONCE = 100

/** Issues a token; earlier ones of the key live on, for clients with several processes. */
export async function openSession (db: Executor, { keyId, adapter, seconds }: NewSession): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  await sql`
    with ended as (
      select token_hash from client_sessions where expires_at < now() limit ${CLEARED_AT_ONCE} for update skip locked),
    cleared as (delete from client_sessions where token_hash in (select token_hash from ended))
    insert into client_sessions (token_hash, key_id, adapter, expires_at)
    values (${hashKey(token)}, ${keyId}, ${adapter}, now() + make_interval(secs => ${seconds}))`.execute(db)
  return token
}

/** The client of a live session; undefined for one that ended, was never issued, or whose key was revoked. */
export async function findSession (db: Executor, adapter: string, token: string): Promise<Client | undefined> {
  const { rows: [row] } = await sql<{ client_id: string, id: string, scopes: string[], stale: boolean }>`
    select k.client_id, k.id, k.scopes, k.last_used_at is null or k.last_used_at < now() - interval '1 minute' as stale
    from client_sessions s join client_keys k on k.id = s.key_id
    where s.token_hash = ${hashKey(token)} and s.adapter = ${adapter} and s.expires_at > now() and k.revoked_at is null`.execute(db)
  return row === undefined ? undefined : { id: row.client_id, keyId: row.id, scopes: row.scopes, stale: row.stale }
}
