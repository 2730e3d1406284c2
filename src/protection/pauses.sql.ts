/** Operators' decisions about adapters, and what they do to the deliveries. */
import { sql } from 'kysely'
import type { Executor, Tx } from '../db/open.js'
import { recordStandstill } from './standstills.sql.js'

export interface AdapterStatus {
  adapter: string
  paused_at: Date | null
  paused_by: string | null
  reason: string | null
}

export async function adapterControls (db: Executor): Promise<AdapterStatus[]> {
  return db.selectFrom('adapter_controls').selectAll().execute()
}

/** Returns false when it was paused before; the first pause's time and reason stay. */
export async function pauseAdapter (tx: Tx, adapter: string, by: { actor: string, reason: string | null }): Promise<boolean> {
  const { rows } = await sql`
    insert into adapter_controls (adapter, paused_at, paused_by, reason) values (${adapter}, clock_timestamp(), ${by.actor}, ${by.reason})
    on conflict (adapter) do update set paused_at = excluded.paused_at, paused_by = excluded.paused_by, reason = excluded.reason
    where adapter_controls.paused_at is null returning 1`.execute(tx)
  return rows.length === 1
}

/** Resumes; the pause counts toward no delivery's age (design §2.8). */
export async function resumeAdapter (tx: Tx, adapter: string): Promise<boolean> {
  const { rows } = await sql<{ paused_at: Date }>`
    with before as (select paused_at from adapter_controls where adapter = ${adapter} and paused_at is not null for update)
    update adapter_controls c set paused_at = null, paused_by = null, reason = null
    from before where c.adapter = ${adapter} returning before.paused_at`.execute(tx)
  if (rows[0] === undefined) return false
  await recordStandstill(tx, { adapter, unit: null, reason: 'paused', beganAt: rows[0].paused_at })
  return true
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
