/** What the API shows of the messages that came in. */
import { sql, type RawBuilder } from 'kysely'
import type { Executor } from '../../db/open.js'

export interface InboundItemRow {
  number: number
  event: string
  dossierCode: string
  result: string
  facts: Record<string, string>
}

export interface InboundRow {
  id: string
  adapter: string
  operation: string
  key: string
  version: number
  received_at: Date
  acknowledged_at: Date | null
  address: string | null
  media_type: string
  bytes: number
  item_count: number
  items: InboundItemRow[]
}

export interface InboundFilter {
  adapter?: string | undefined
  operation?: string | undefined
  dossier?: string | undefined
  /** Messages with a smaller id: the newest come first. */
  before?: string | undefined
  limit: number
}

/** A tax notice may have thousands; the message itself shows them all. */
const ITEMS_LISTED = 20

export async function listInbound (db: Executor, { adapter, operation, dossier, before, limit }: InboundFilter): Promise<InboundRow[]> {
  const { rows } = await sql<InboundRow>`
    select ${columns(ITEMS_LISTED)} from inbound_messages m
    where (${before ?? null}::bigint is null or m.id < ${before ?? null}::bigint)
      and (${adapter ?? null}::text is null or m.adapter = ${adapter ?? null}::text)
      and (${operation ?? null}::text is null or m.operation = ${operation ?? null}::text)
      and (${dossier ?? null}::text is null or m.id in (select message_id from inbound_items where dossier_code = ${dossier ?? null}::text))
    order by m.id desc limit ${limit}`.execute(db)
  return rows
}

export async function findInbound (db: Executor, id: string): Promise<InboundRow & { body: Buffer } | undefined> {
  const { rows } = await sql<InboundRow & { body: Buffer }>`
    select ${columns(null)}, m.body from inbound_messages m where m.id = ${id}`.execute(db)
  return rows[0]
}

function columns (items: number | null): RawBuilder<unknown> {
  return sql`m.id, m.adapter, m.operation, m.key, m.version, m.received_at, m.acknowledged_at, m.address, m.media_type,
    octet_length(m.body) as bytes,
    (select count(*)::int from inbound_items i where i.message_id = m.id) as item_count,
    (select coalesce(jsonb_agg(jsonb_build_object('number', i.number, 'event', i.event, 'dossierCode', i.dossier_code, 'result', i.result, 'facts', i.facts) order by i.number), '[]')
      from (select * from inbound_items where message_id = m.id order by number limit ${items}) i) as items`
}
