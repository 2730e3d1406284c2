/** What was pulled from partners: stored once, then acknowledged. */
import { sql } from 'kysely'
import type { Database, Executor, Tx } from '../../db/open.js'

export interface PolledMessage {
  /** The partner's own key. */
  key: string
  /** JSON text of the item. */
  body: string
  /** SHA-256 of the body, in hexadecimal. */
  hash: string
  event: string
  dossierCode: string
  facts: Readonly<Record<string, string>>
  /** False: it could not be read; it is kept for people to look at. */
  readable: boolean
}

export interface StoredPage {
  /** How many were stored for the first time. */
  fresh: number
  /** Keys that were known, and acknowledged, before: the partner has not noticed. */
  again: string[]
}

export interface PageOfMessages {
  adapter: string
  operation: string
  actor: string
  cursor: string | null
  messages: readonly PolledMessage[]
}

/**
 * Stores a page with its audit rows and the cursor, in one statement. A known key with other content is a new version, also
 * where one page has both. One process at a time polls an adapter, so nobody else writes these keys meanwhile.
 */
export async function storePage (tx: Tx, { adapter, operation, actor, cursor, messages }: PageOfMessages): Promise<StoredPage> {
  const { rows: [counts] } = await sql<StoredPage>`
    with line as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(messages.map((message, n) => ({ ...message, n })))}::jsonb)
        as e(n integer, key text, body text, hash text, event text, "dossierCode" text, facts jsonb, readable boolean)),
    newest as materialized (
      select distinct on (m.key) m.key, m.version, m.body_hash, m.acknowledged_at from inbound_messages m
      where m.adapter = ${adapter} and m.operation = ${operation} and m.key in (select key from line) order by m.key, m.version desc),
    other as materialized (
      select l.*, coalesce(n.version, 0) + row_number() over (partition by l.key order by l.n) as version
      from (select distinct on (key, hash) * from line order by key, hash, n) l left join newest n on n.key = l.key
      where n.body_hash is distinct from decode(l.hash, 'hex')),
    fresh as (
      insert into inbound_messages (adapter, operation, key, version, media_type, body, body_hash)
      select ${adapter}, ${operation}, key, version, 'application/json', convert_to(body, 'UTF8'), decode(hash, 'hex')
      from other order by key, version returning id, key, version),
    item as materialized (select f.id, o.* from fresh f join other o on o.key = f.key and o.version = f.version),
    items as (
      insert into inbound_items (message_id, number, event, dossier_code, result, facts)
      select id, 1, event, "dossierCode", case when readable then 'accepted' else 'refused' end, facts from item),
    audited as (
      insert into audit_entries (actor, action, dossier_code, adapter, details)
      select ${actor}, case when readable then 'inbound.accepted' else 'inbound.refused' end, nullif("dossierCode", ''), ${adapter},
        jsonb_build_object('inbound', id::text, 'operation', ${operation}::text, 'event', event, 'facts', facts)
        || case when readable then '{}' else '{"code": "item-unreadable"}'::jsonb end
      from item order by id),
    moved as (
      insert into polls (adapter, cursor) values (${adapter}, ${cursor})
      on conflict (adapter) do update set cursor = excluded.cursor)
    select (select count(*) from fresh)::int as fresh, (
        select coalesce(jsonb_agg(n.key), '[]') from newest n
        where n.acknowledged_at is not null and exists (select from line l where l.key = n.key and n.body_hash = decode(l.hash, 'hex'))) as again`.execute(tx)
  return counts ?? { fresh: 0, again: [] }
}

export interface Unacknowledged {
  id: string
  key: string
  dossierCode: string
  facts: Record<string, string>
}

/** Stored, and the partner was not told yet; oldest first. */
export async function unacknowledged (db: Executor, { adapter, operation, limit }: { adapter: string, operation: string, limit: number }): Promise<Unacknowledged[]> {
  const { rows } = await sql<Unacknowledged>`
    select m.id, m.key, i.dossier_code as "dossierCode", i.facts
    from inbound_messages m join inbound_items i on i.message_id = m.id and i.number = 1
    where m.adapter = ${adapter} and m.operation = ${operation} and m.acknowledged_at is null and m.address is null and i.result = 'accepted'
    order by m.id limit ${limit}`.execute(db)
  return rows
}

export async function markAcknowledged (db: Database, { adapter, actor, items }: { adapter: string, actor: string, items: readonly Unacknowledged[] }): Promise<void> {
  await sql`
    with told as (
      update inbound_messages set acknowledged_at = clock_timestamp() where id = any(${items.map(({ id }) => id)}::bigint[]) returning id)
    insert into audit_entries (actor, action, dossier_code, adapter, details)
    select ${actor}, 'inbound.acknowledged', i.dossier_code, ${adapter}, jsonb_build_object('inbound', told.id::text)
    from told join inbound_items i on i.message_id = told.id and i.number = 1 order by told.id`.execute(db)
}

/** Undefined: never polled. `paused`: an operator wants no calls. */
export async function pollState (db: Executor, adapter: string): Promise<{ cursor: string | null, paused: boolean }> {
  const { rows: [row] } = await sql<{ cursor: string | null, paused: boolean }>`
    select (select cursor from polls where adapter = ${adapter}) as cursor,
      exists (select from adapter_controls where adapter = ${adapter} and paused_at is not null) as paused`.execute(db)
  return row ?? { cursor: null, paused: false }
}

export async function notePoll (db: Executor, adapter: string, failureCode: string | null): Promise<void> {
  await sql`
    insert into polls (adapter, polled_at, failed_at, failure_code)
    select ${adapter}, case when ${failureCode}::text is null then clock_timestamp() end, case when ${failureCode}::text is not null then clock_timestamp() end, ${failureCode}
    on conflict (adapter) do update set polled_at = coalesce(excluded.polled_at, polls.polled_at),
      failed_at = excluded.failed_at, failure_code = excluded.failure_code`.execute(db)
}
