/** Operators' decisions about adapters, and what they do to the deliveries. */
import { sql } from 'kysely'
import type { Tx } from '../db/open.js'
import { recordStandstill } from './standstills.sql.js'

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
  await recordStandstill(tx, { adapter, account: null, reason: 'paused', beganAt: rows[0].paused_at })
  return true
}
