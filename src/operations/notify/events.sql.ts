/** Events: what the one sequencer makes of the audit log, numbered in the order in which they are committed (ADR 0017). */
import { sql, type RawBuilder } from 'kysely'
import type { Executor, Tx } from '../../db/open.js'

export interface EventCursor {
  xid: string
  auditId: string
  /** Number of the last event. */
  eventId: number
  /** Facts up to this id are told, whatever their xid. */
  toldTo: string
  /** It lies beyond every transaction of this server: the database came here as a dump. */
  isForeign: boolean
}

/** An entry of the audit log as the sequencer reads it. */
export interface Fact {
  id: string
  xid: string
  at: Date
  action: string
  dossier_code: string | null
  delivery_id: string | null
  adapter: string | null
  details: Record<string, unknown>
  /** It speaks of the delivery of an event. */
  of_notification: boolean
}

/** Whoever holds it is the sequencer until the end of the transaction; the next one waits, and then sees all of it. */
export async function lockCursor (tx: Tx): Promise<EventCursor> {
  const { rows: [row] } = await sql<EventCursor>`
    select xid::text, audit_id::text as "auditId", event_id as "eventId", told_to::text as "toldTo",
      xid >= pg_snapshot_xmax(pg_current_snapshot()) as "isForeign"
    from event_cursor for update`.execute(tx)
  if (row === undefined) throw new Error('the table event_cursor has lost its row')
  return row
}

/**
 * Entries after the cursor in commit-safe order: none that commits late is passed over (design §2.12). In a database that
 * came as a dump, first what that brought and had not been told: nothing of it can commit late.
 */
export async function readFacts (tx: Tx, { xid, auditId, toldTo, isForeign }: EventCursor, limit: number): Promise<Fact[]> {
  const settled = isForeign ? sql`e.xid >= pg_snapshot_xmax(pg_current_snapshot())` : sql`e.xid < pg_snapshot_xmin(pg_current_snapshot())`
  const { rows } = await sql<Fact>`
    with batch as materialized (
      select e.id, e.xid, e.at, e.action, e.dossier_code, e.delivery_id, e.adapter, e.details from audit_entries e
      where ${settled} and (e.xid, e.id) > (${xid}::xid8, ${auditId}::bigint) and e.id > ${toldTo}::bigint
      order by e.xid, e.id limit ${limit})
    select b.id::text, b.xid::text, b.at, b.action, b.dossier_code, b.delivery_id::text, b.adapter, b.details,
           d.event_id is not null as of_notification
    from batch b left join deliveries d on d.id = b.delivery_id order by b.xid, b.id`.execute(tx)
  return rows
}

export interface NewEvent {
  id: number
  auditId: string
  type: string
  occurredAt: Date
  dossierCode: string | null
  /** Where we have no such dossier. */
  agency: string | null
  /** For this endpoint alone. */
  endpointId: string | null
  data: Readonly<Record<string, unknown>>
}

export async function appendEvents (tx: Tx, events: readonly NewEvent[]): Promise<void> {
  await sql`
    insert into events (id, audit_id, type, occurred_at, dossier_code, client_id, agency, endpoint_id, data)
    select e.id, e."auditId", e.type, e."occurredAt", e."dossierCode", x.client_id, agency_key(coalesce(x.agency_code, e.agency)), e."endpointId", e.data
    from jsonb_to_recordset(${JSON.stringify(events)}::jsonb) as e(id integer, "auditId" bigint, type text, "occurredAt" timestamptz,
      "dossierCode" text, agency text, "endpointId" text, data jsonb)
    left join dossiers x on x.code = e."dossierCode"`.execute(tx)
}

/** Goes on with this server's own transactions, once everything that the dump brought is told. */
export async function adoptCursor (tx: Tx): Promise<void> {
  await sql`
    update event_cursor set xid = '0'::xid8, audit_id = 0, told_to = greatest(told_to, (
      select coalesce(max(id), 0) from audit_entries where xid >= pg_snapshot_xmax(pg_current_snapshot())))`.execute(tx)
}

export async function moveCursor (tx: Tx, { xid, auditId, eventId }: Pick<EventCursor, 'xid' | 'auditId' | 'eventId'>): Promise<void> {
  await sql`update event_cursor set xid = ${xid}::xid8, audit_id = ${auditId}::bigint, event_id = ${eventId}`.execute(tx)
}

export interface EventRow {
  id: number
  public_id: string
  type: string
  occurred_at: Date
  data: Record<string, unknown>
}

export interface EventFilter {
  /** Events with a greater number. */
  after: number
  types?: readonly string[] | undefined
  /** Of dossiers that this client pushed first. */
  clientId?: string | undefined
  /** An agency in the short notation, and all below it. */
  agency?: string | undefined
  limit: number
}

/** Oldest first. Numbers are committed in their order: a reader that goes on after the last one it saw misses none. */
export async function listEvents (db: Executor, { after, types, clientId, agency, limit }: EventFilter): Promise<EventRow[]> {
  const conditions: Array<RawBuilder<unknown>> = [
    sql`e.id > ${after} and e.endpoint_id is null`,
    ...(types === undefined ? [] : [sql`e.type = any(${[...types]}::text[])`]),
    ...(clientId === undefined ? [] : [sql`e.client_id = ${clientId}`]),
    ...(agency === undefined ? [] : [sql`(e.agency = ${agency} or starts_with(e.agency, ${`${agency}.`}))`])
  ]
  const { rows } = await sql<EventRow>`
    select e.id, e.public_id, e.type, e.occurred_at, e.data from events e
    where ${sql.join(conditions, sql` and `)} order by e.id limit ${limit}`.execute(db)
  return rows
}
