/** Messages of the national side, stored once each under the partner's own key. */
import { sql } from 'kysely'
import type { Tx } from './open.js'

export interface NewInbound {
  adapter: string
  operation: string
  /** The partner's own key. */
  key: string
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
  const { rows: [stored] } = await sql<{ id: string }>`
    insert into inbound_messages (adapter, operation, key, address, media_type, body, body_hash)
    values (${message.adapter}, ${message.operation}, ${message.key}, ${message.address}, ${message.mediaType}, ${message.body}, ${message.hash})
    on conflict (adapter, operation, key) do nothing returning id`.execute(tx)
  if (stored !== undefined) return { id: stored.id, result: 'stored' }
  const { rows: [known] } = await sql<{ id: string, body_hash: Buffer }>`
    select id, body_hash from inbound_messages
    where adapter = ${message.adapter} and operation = ${message.operation} and key = ${message.key}`.execute(tx)
  if (known === undefined) throw new Error('a message that is in the way of another is there')
  return { id: known.id, result: known.body_hash.equals(message.hash) ? 'duplicate' : 'conflict' }
}

export interface NewItem {
  event: string
  dossierCode: string
  result: 'accepted' | 'unknown-dossier' | 'refused'
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
