/** Messages of the national side, stored once each under the partner's own key. */
import { sql } from 'kysely'
import type { Tx } from '../../db/open.js'

export interface NewInbound {
  adapter: string
  operation: string
  /** The partner's own key. */
  key: string
  /** The partner replaces what it said before under the key: another content is a new version and no conflict. */
  update?: boolean
  /** Null: we pulled it. */
  address: string | null
  mediaType: string
  /** As it came, to the byte. */
  body: Buffer
  /** SHA-256 of what makes two messages with one key the same. */
  hash: Buffer
}

/** `conflict`: the key is known with another content. */
export interface StoredInbound {
  id: string
  result: 'stored' | 'duplicate' | 'conflict'
}

/** A second message with the key waits here until the first one's transaction has ended. */
export async function storeInbound (tx: Tx, message: NewInbound): Promise<StoredInbound> {
  const { adapter, operation, key, update = false, hash } = message
  await sql`select pg_advisory_xact_lock(hashtextextended(${JSON.stringify([adapter, operation, key])}, 0))`.execute(tx)
  const { rows: versions } = await sql<{ id: string, version: number, body_hash: Buffer }>`
    select id, version, body_hash from inbound_messages
    where adapter = ${adapter} and operation = ${operation} and key = ${key} order by version desc`.execute(tx)
  const [newest] = versions
  // An update that says again what an older version said takes it back; anything else that was said before is a repetition.
  const same = (update ? versions.slice(0, 1) : versions).find(({ body_hash: known }) => known.equals(hash))
  if (same !== undefined) return { id: same.id, result: 'duplicate' }
  if (newest !== undefined && !update) return { id: newest.id, result: 'conflict' }
  return { id: await insertInbound(tx, message, (newest?.version ?? 0) + 1), result: 'stored' }
}

async function insertInbound (tx: Tx, message: NewInbound, version: number): Promise<string> {
  const { rows: [stored] } = await sql<{ id: string }>`
    insert into inbound_messages (adapter, operation, key, version, address, media_type, body, body_hash)
    values (${message.adapter}, ${message.operation}, ${message.key}, ${version}, ${message.address}, ${message.mediaType}, ${message.body}, ${message.hash})
    returning id`.execute(tx)
  if (stored === undefined) throw new Error('an insert returned nothing')
  return stored.id
}

export type StoredItemResult = 'accepted' | 'unknown-dossier' | 'refused'

export interface NewItem {
  event: string
  dossierCode: string
  result: StoredItemResult
  facts: Readonly<Record<string, string>>
}

/** One statement, however many items. */
export async function storeItems (tx: Tx, messageId: string, items: readonly NewItem[]): Promise<void> {
  await sql`
    insert into inbound_items (message_id, number, event, dossier_code, result, facts)
    select ${messageId}::bigint, i.number, i.event, i."dossierCode", i.result, i.facts
    from jsonb_to_recordset(${JSON.stringify(items.map((item, index) => ({ ...item, number: index + 1 })))}::jsonb)
      as i(number integer, event text, "dossierCode" text, result text, facts jsonb)`.execute(tx)
}

/** What was made of the message's items, in their order. */
export async function itemResults (tx: Tx, messageId: string): Promise<StoredItemResult[]> {
  const { rows } = await sql<{ result: StoredItemResult }>`
    select result from inbound_items where message_id = ${messageId} order by number`.execute(tx)
  return rows.map(({ result }) => result)
}

/** Items by their place in the message, from 0. */
export async function acceptItems (tx: Tx, messageId: string, places: readonly number[]): Promise<void> {
  await sql`update inbound_items set result = 'accepted'
    where message_id = ${messageId} and number = any(${places.map(place => place + 1)}::int[])`.execute(tx)
}
