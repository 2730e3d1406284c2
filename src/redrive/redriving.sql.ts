/** Redrive and cancel: what an operator does to deliveries that ended badly, or wait. */
import { sql, type RawBuilder } from 'kysely'
import { refreshDueAt, type RingableLane } from '../db/lanes.js'
import type { Tx } from '../db/open.js'
import { matching, type RedriveFilter } from './filter.sql.js'
import { confirmUnanswered } from '../operations/deliver/held.sql.js'

export interface Redriven {
  id: string
  adapter: string
  dossier_code: string | null
  revision: number
  state: 'queued' | 'superseded'
}

export interface RedriveOutcome {
  redriven: Redriven[]
  /** Those that are due: to be rung after the commit. */
  lanes: RingableLane[]
}

/**
 * Queues matching deliveries anew, with fresh budgets; one whose lane has delivered a later revision ends superseded
 * and sends nothing (design §2.6). The dossier's call is made again even if it was confirmed: its mapping may differ.
 */
export async function redrive (tx: Tx, filter: RedriveFilter, limit: number): Promise<RedriveOutcome> {
  return requeue(tx, await lock(tx, matching(filter), limit))
}

/** Of these items of a job, those that are as they were chosen. */
export async function redriveItems (tx: Tx, redriveId: string, ids: readonly string[]): Promise<RedriveOutcome> {
  const asChosen = sql<boolean>`exists (
    select from redrive_items i where i.redrive_id = ${redriveId} and i.delivery_id = d.id
      and i.was_state = d.state and i.was_attempts = d.attempts)`
  return requeue(tx, await lock(tx, sql<boolean>`${matching({ ids })} and ${asChosen}`, ids.length))
}

/**
 * In a statement of its own: it may wait for a lane that is just being settled, and what is decided next has to see what
 * that delivered.
 */
async function lock (tx: Tx, condition: RawBuilder<boolean>, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select d.id from deliveries d join lanes l on l.id = d.lane_id
    where ${condition} order by d.id limit ${limit} for update of l, d`.execute(tx)
  return rows.map(row => row.id)
}

/** A later revision was delivered. An event stays news, whatever was told after it. */
const OVERTAKEN = sql`l.endpoint_id is null and l.delivered_revision > d.revision`

async function requeue (tx: Tx, ids: readonly string[]): Promise<RedriveOutcome> {
  if (ids.length === 0) return { redriven: [], lanes: [] }
  const { rows } = await sql<Redriven & { lane_id: string }>`
    with reset as (
      update lanes l set
        blocked_by = case when l.blocked_by = any(${ids}::bigint[]) then null else l.blocked_by end,
        confirmed_revision = least(l.confirmed_revision, coalesce(c.revision - 1, l.confirmed_revision))
      from (
        select d.lane_id, min(d.revision) filter (where d.revision >= o.delivered_revision) as revision
        from deliveries d join lanes o on o.id = d.lane_id where d.id = any(${ids}::bigint[]) group by d.lane_id) c
      where l.id = c.lane_id),
    requeued as (
      update deliveries d set
        state = case when ${OVERTAKEN} then 'superseded' else 'queued' end,
        ended_at = case when ${OVERTAKEN} then clock_timestamp() end,
        own_failures = 0, retries = 0, budget_from = clock_timestamp(), next_attempt_at = clock_timestamp(),
        failure_kind = null, failure_code = null, failure = null, fingerprint = null, failed_at = null
      from lanes l left join dossiers x on x.id = l.dossier_id
      where d.id = any(${ids}::bigint[]) and l.id = d.lane_id
      returning d.id, d.adapter, coalesce(x.code, nullif(l.subject, '')) as dossier_code, d.revision, d.state, d.lane_id)
    select * from requeued order by id`.execute(tx)
  return { redriven: rows, lanes: await refreshDueAt(tx, [...new Set(rows.map(row => row.lane_id))]) }
}

export interface Cancelled {
  id: string
  adapter: string
  dossier_code: string | null
  revision: number
  /** The lane, if its next head is due. */
  lanes: RingableLane[]
}

export interface CancelOptions {
  /** Somebody has seen the unanswered steps at the partner: they are not sent again with the next revision. */
  confirmSteps: boolean
}

/** Cancels a delivery that waits, is held or ended badly; one that is being sent cannot be called back. */
export async function cancel (tx: Tx, id: string, { confirmSteps }: CancelOptions): Promise<Cancelled | undefined> {
  const { rows: [row] } = await sql<Omit<Cancelled, 'lanes'> & { lane_id: string }>`
    with locked as (
      select l.id, coalesce(x.code, nullif(l.subject, '')) as code
      from deliveries d join lanes l on l.id = d.lane_id left join dossiers x on x.id = d.dossier_id
      where d.id = ${id} for update of l)
    update deliveries d set state = 'cancelled', ended_at = clock_timestamp(), failure_kind = 'cancelled', failure_code = 'cancelled'
    from locked
    where d.id = ${id} and d.state in ('queued', 'retrying', 'held', 'refused', 'failed')
    returning d.id, d.adapter, locked.code as dossier_code, d.revision, d.lane_id`.execute(tx)
  if (row === undefined) return undefined
  await sql`update lanes set blocked_by = null where id = ${row.lane_id} and blocked_by = ${id}`.execute(tx)
  if (confirmSteps) await confirmUnanswered(tx, row)
  return { ...row, lanes: await refreshDueAt(tx, [row.lane_id]) }
}
