/** What stands still, and for how long: paused adapters, open breakers, polls that fail, facts that are no events yet. */
import { sql } from 'kysely'
import type { Executor } from '../db/open.js'

export interface AdapterStatus {
  adapter: string
  paused_at: Date | null
  paused_by: string | null
  reason: string | null
}

export async function adapterControls (db: Executor): Promise<AdapterStatus[]> {
  return db.selectFrom('adapter_controls').selectAll().execute()
}

export interface Backlog {
  adapter: string
  state: string
  count: number
  oldest: Date
}

/** Open deliveries by adapter and state, from the partial index of open ones: its size is the backlog's. */
export async function backlog (db: Executor): Promise<Backlog[]> {
  const { rows } = await sql<Backlog>`
    select adapter, state, count(*)::int as count, min(planned_at) as oldest
    from deliveries where state in ('queued', 'sending', 'retrying', 'held') group by adapter, state`.execute(db)
  return rows
}

export interface OpenTarget {
  adapter: string
  /** A unit's code or an endpoint's id; empty for the adapter's own account. */
  account: string
  opened_at: Date
  probe_at: Date
  probes: number
  code: string | null
}

/** Not those of endpoints that are switched off: nobody waits for them. Switched on again, they still have to show that they are back. */
export async function openTargets (db: Executor): Promise<OpenTarget[]> {
  const { rows } = await sql<OpenTarget>`
    select adapter, unit as account, opened_at, probe_at, probes, code from targets where opened_at is not null
      and not exists (select from webhook_endpoints w where w.id = targets.unit and (w.disabled_at is not null or w.deleted_at is not null))
    order by adapter, unit`.execute(db)
  return rows
}

export interface PollState {
  adapter: string
  cursor: string | null
  polled_at: Date | null
  failed_at: Date | null
  failure_code: string | null
}

export async function pollStates (db: Executor): Promise<PollState[]> {
  return db.selectFrom('polls').selectAll().orderBy('adapter').execute()
}

/** Since when the oldest fact waits that the sequencer has not read; undefined: it has read all. */
export async function unreadSince (db: Executor): Promise<Date | undefined> {
  const { rows: [row] } = await sql<{ at: Date }>`
    select e.at from event_cursor c, lateral (
      select a.at from audit_entries a where (a.xid, a.id) > (c.xid, c.audit_id) and a.id > c.told_to order by a.xid, a.id limit 1) e`.execute(db)
  return row?.at
}
