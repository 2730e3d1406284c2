/** Lanes: who may work on one, and when its head is due. All times are the database's: clocks of processes do not matter. */
import { sql, type RawBuilder } from 'kysely'
import { present } from '../model/present.js'
import type { Database, Executor, Tx } from './open.js'

/** The lane is worked on by somebody else, or no longer ours: nothing may be written. */
export class LeaseLost extends Error {
  constructor (laneId: string) {
    super(`the lease of lane ${laneId} is no longer ours`)
    this.name = 'LeaseLost'
  }
}

export interface Lease {
  laneId: string
  token: string
  owner: string
  seconds: number
}

export interface LaneWait {
  /** Null: nothing to wait for; whoever makes the lane due rings it. */
  until: Date | null
}

/** When a lane that could not be leased is worth another look. */
export async function nextLook (db: Executor, laneId: string): Promise<LaneWait> {
  const { rows } = await sql<LaneWait>`
    select case
      when l.due_at is null then null
      when l.blocked_by is not null then null
      when exists (select from adapter_controls c where c.adapter = l.adapter and c.paused_at is not null) then null
      when exists (select from targets t where t.adapter = l.adapter and t.unit = l.unit and t.opened_at is not null) then null
      else greatest(l.due_at, l.lease_until) end as until
    from lanes l where l.id = ${laneId}`.execute(db)
  return rows[0] ?? { until: null }
}

/** Prolongs the leases with these tokens; returns those that still were ours. */
export async function renewLeases (db: Database, tokens: readonly string[], seconds: number): Promise<string[]> {
  const { rows } = await sql<{ lease_token: string }>`
    update lanes set lease_until = clock_timestamp() + make_interval(secs => ${seconds})
    where lease_token = any(${tokens}::uuid[]) returning lease_token`.execute(db)
  return rows.map(row => row.lease_token)
}

/**
 * Locks a lane whose lease is ours; throws LeaseLost otherwise. The statements after it see everything that others
 * committed before: a snapshot taken while waiting for the lock would not.
 */
export async function lockLease (tx: Tx, lease: Lease): Promise<void> {
  const { rows } = await sql`select from lanes where id = ${lease.laneId} and lease_token = ${lease.token} for update`.execute(tx)
  if (rows.length === 0) throw new LeaseLost(lease.laneId)
}

/** Gives back a lane that was locked in this transaction, and sets when its head is due. */
export async function releaseLease (tx: Tx, lease: Lease): Promise<void> {
  await sql`
    update lanes set lease_token = null, lease_owner = null, lease_until = null, due_at = ${headDueAt}
    where id = ${lease.laneId} and lease_token = ${lease.token}`.execute(tx)
}

export interface RingableLane {
  id: string
  adapter: string
  /** What decides how soon its turn comes; without it, it goes in the middle. */
  urgency?: Urgency
}

export interface Urgency {
  /** When the dossier's result is due. */
  dueAt: string | null
  /** When the lane became due. */
  since: string
  /** Of the lane's head. */
  retries: number
  /** The head's age budget began anew: redriven, resolved or sent anew. */
  redriven: boolean
  /** The lane was rung long ago, and nobody has worked on it since. */
  waited?: boolean
}

/**
 * The urgency of a lane that the statement knows by this name, with its id, dossier_id and due_at. A head that the same
 * statement plans is new work. Notifications are due on no day.
 */
export function urgencyOf (lane: 'lanes' | 'lane'): RawBuilder<Urgency> {
  return sql<Urgency>`(
    select json_build_object('dueAt', (select x.due_at from dossiers x where x.id = ${sql.ref(lane)}.dossier_id), 'since', ${sql.ref(lane)}.due_at, 'retries', coalesce(h.retries, 0), 'redriven', coalesce(h.budget_from > h.planned_at, false))
    from (select 1) one left join lateral (
      select d.retries, d.budget_from, d.planned_at from deliveries d
      where d.lane_id = ${sql.ref(lane)}.id and d.state in ('queued', 'sending', 'retrying', 'held')
      order by d.revision limit 1) h on true)`
}

/**
 * Sets when the heads of these lanes are due, and tells their holders to look again; to be called by whoever changed
 * their deliveries without holding the lease, after locking the lanes. Returns the lanes that are due: ring them after
 * the commit.
 */
export async function refreshDueAt (tx: Tx, laneIds: readonly string[]): Promise<RingableLane[]> {
  const { rows } = await sql<RingableLane & { due: boolean }>`
    update lanes set changes = changes + 1, due_at = ${headDueAt} where id = any(${laneIds}::bigint[])
    returning id, adapter, coalesce(due_at <= clock_timestamp(), false) as due, ${urgencyOf('lanes')} as urgency`.execute(tx)
  return rows.filter(row => row.due).map(({ id, adapter, urgency }) => ({ id, adapter, ...present({ urgency }) }))
}

/**
 * Head of the lane in the `lanes` row at hand. A held head blocks: a person must say what became of it. So does a refused
 * or failed one where the manifest wants it.
 */
const headDueAt = sql`(
  select case when d.state = 'held' or lanes.blocked_by is not null then null else d.next_attempt_at end
  from deliveries d where d.lane_id = lanes.id and d.state in ('queued', 'sending', 'retrying', 'held')
  order by d.revision limit 1)`

/** Nothing of the adapter could be sent before; lanes that were rung meanwhile found that, and their jobs are gone. */
const movingSince = sql`(
  select max(s.ended_at) from standstills s
  where s.adapter = lanes.adapter and (s.unit is null or s.unit = lanes.unit) and s.ended_at > clock_timestamp() - interval '1 day')`

/**
 * Lanes of an adapter that are due, free, and were not rung since they were due, or since a pause or an outage ended (or
 * not for `staleSeconds`), soonest first. A lane whose job waits in a long backlog is not rung again and again.
 */
export async function dueLanes (db: Executor, adapter: string, options: { limit: number, staleSeconds: number }): Promise<RingableLane[]> {
  const { rows } = await sql<{ id: string, urgency: Urgency, waited: boolean }>`
    select id, ${urgencyOf('lanes')} as urgency, coalesce(rung_at >= due_at, false) as waited from lanes
    where adapter = ${adapter} and due_at <= clock_timestamp() - interval '2 seconds' and blocked_by is null
      and not exists (select from adapter_controls c where c.adapter = lanes.adapter and c.paused_at is not null)
      and not exists (select from targets t where t.adapter = lanes.adapter and t.unit = lanes.unit and t.opened_at is not null)
      and (lease_until is null or lease_until < clock_timestamp())
      and (rung_at is null or rung_at < due_at or rung_at < ${movingSince} or rung_at < clock_timestamp() - make_interval(secs => ${options.staleSeconds}))
    order by due_at limit ${options.limit}`.execute(db)
  return rows.map(({ id, urgency, waited }) => ({ id, adapter, urgency: { ...urgency, waited } }))
}

/** For every open breaker of the adapter whose probe is due, the lane that waits longest: one attempt shows whether it is back. */
export async function probeLanes (db: Executor, adapter: string): Promise<RingableLane[]> {
  const { rows } = await sql<{ id: string }>`
    select waiting.id from targets t, lateral (
      select l.id from lanes l
      where l.adapter = t.adapter and l.unit = t.unit and l.due_at <= clock_timestamp() and l.blocked_by is null
        and (l.lease_until is null or l.lease_until < clock_timestamp())
      order by l.due_at limit 1) waiting
    where t.adapter = ${adapter} and t.opened_at is not null and t.probe_at <= clock_timestamp()
      and not exists (select from adapter_controls c where c.adapter = t.adapter and c.paused_at is not null)`.execute(db)
  return rows.map(({ id }) => ({ id, adapter }))
}

/**
 * `secondsAgo`: since before the ring. What became due, or was resumed, after that still counts as not rung. Lanes that somebody
 * has locked are passed over, and may be rung once more: waiting for several of them in no certain order would end in a deadlock
 * with a push of several dossiers.
 */
export async function markRung (db: Executor, laneIds: readonly string[], secondsAgo: number): Promise<void> {
  await sql`update lanes set rung_at = clock_timestamp() - make_interval(secs => ${secondsAgo})
    where id in (select id from lanes where id = any(${laneIds}::bigint[]) for no key update skip locked)`.execute(db)
}

/** After a wiped queue every due lane must be rung again. */
export async function forgetRings (db: Executor, adapter: string): Promise<void> {
  await sql`update lanes set rung_at = null where adapter = ${adapter} and due_at is not null and rung_at is not null`.execute(db)
}
