/** Breakers: whether an account at a partner is out of order, for all processes alike (design §2.9). */
import { sql } from 'kysely'
import { toHanoi } from '../model/dates.js'
import { recordAudit } from '../db/audit.js'
import type { Database, Executor } from '../db/open.js'
import { recordStandstill } from './standstills.sql.js'

/** One account at one partner. */
export interface Target {
  adapter: string
  /** A unit's code or an endpoint's id; empty for the adapter's own account. Stored in the column `unit`. */
  account: string
}

export interface Opening {
  code: string
  /** Waits before the 1st, 2nd … probe; the last one repeats. */
  probeSeconds: readonly number[]
  /** The partner asked for at least so long. */
  atLeastSeconds: number
  /** The attempt was the probe. */
  probing: boolean
  actor: string
}

/**
 * Opens a breaker, or moves the next probe on when the one that was made failed. An attempt that was under way when it
 * opened changes nothing. Audited once, when it opens.
 */
export async function openBreaker (db: Database, { adapter, account }: Target, opening: Opening): Promise<boolean> {
  const { probing, code } = opening
  const waits = [...opening.probeSeconds]
  return db.transaction().execute(async tx => {
    const { rows: [row] } = await sql<{ probes: number, probe_at: Date }>`
      insert into targets as t (adapter, unit, opened_at, probe_at, code)
      values (${adapter}, ${account}, clock_timestamp(), clock_timestamp() + make_interval(secs => greatest(${waits[0] ?? 0}::float8, ${opening.atLeastSeconds}::float8)), ${code})
      on conflict (adapter, unit) do update set
        opened_at = coalesce(t.opened_at, excluded.opened_at), code = excluded.code,
        probes = case when t.opened_at is null then 0 else t.probes + 1 end,
        probe_at = clock_timestamp() + make_interval(secs => greatest(${opening.atLeastSeconds}::float8,
          (${waits}::float8[])[case when t.opened_at is null then 1 else least(t.probes + 2, ${waits.length}) end]))
      where t.opened_at is null or ${probing}
      returning probes, probe_at`.execute(tx)
    if (row === undefined || row.probes > 0) return false
    await recordAudit(tx, [{ actor: opening.actor, action: 'target.opened', adapter, details: { unit: account, code } }])
    return true
  })
}

/** Closes it after an answer; the time it was open counts toward no delivery's age. False when it was closed already. */
export async function closeBreaker (db: Database, { adapter, account }: Target, actor: string): Promise<boolean> {
  return db.transaction().execute(async tx => {
    const { rows: [row] } = await sql<{ opened_at: Date }>`
      with before as (select opened_at from targets where adapter = ${adapter} and unit = ${account} and opened_at is not null for update)
      update targets t set opened_at = null, probe_at = null, probes = 0, code = null from before
      where t.adapter = ${adapter} and t.unit = ${account} returning before.opened_at`.execute(tx)
    if (row === undefined) return false
    await recordStandstill(tx, { adapter, account, reason: 'breaker', beganAt: row.opened_at })
    await recordAudit(tx, [{ actor, action: 'target.closed', adapter, details: { unit: account, openedAt: toHanoi(row.opened_at) } }])
    return true
  })
}

/** Has the next probe made now; the schedule goes on from there. Returns the accounts whose breaker is open. */
export async function probeNow (db: Executor, adapter: string): Promise<string[]> {
  const { rows } = await sql<{ unit: string }>`
    update targets set probe_at = clock_timestamp() where adapter = ${adapter} and opened_at is not null returning unit`.execute(db)
  return rows.map(({ unit }) => unit)
}
