/** Exchanges: the calls of an attempt. The row is there before the bytes leave; that is what makes a crash explainable. */
import { sql } from 'kysely'
import { LeaseLost, type Lease } from '../../db/lanes.js'
import type { Database, Tx } from '../../db/open.js'
import type { CallMode } from '../../adapter-kit/contract/deliver.js'

export interface PlannedExchange {
  attemptId: string
  operation: string
  mode: CallMode
  stepIds: readonly string[]
  /** The request with session, secrets and personal data masked. */
  request: unknown
}

/** Records that the partner may know of the call from now on; refuses when the lease is lost. One round trip. */
export async function beginExchange (db: Database, lease: Lease, exchange: PlannedExchange): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    with leased as (
      update lanes set lease_until = clock_timestamp() + make_interval(secs => ${lease.seconds})
      where id = ${lease.laneId} and lease_token = ${lease.token} returning id)
    insert into exchanges (attempt_id, operation, mode, step_ids, request)
    select ${exchange.attemptId}::bigint, ${exchange.operation}, ${exchange.mode}, ${exchange.stepIds}::bigint[],
           ${JSON.stringify(exchange.request)}::jsonb
    from leased returning id`.execute(db)
  if (rows[0] === undefined) throw new LeaseLost(lease.laneId)
  return rows[0].id
}

export interface InterruptedExchange {
  attempt_id: string
  number: number
  /** Null when the attempt ended before any of its calls was sent. */
  operation: string | null
  step_count: number
}

/**
 * Closes an attempt that nobody works on any more: its process was killed or lost its lease. Returns the call that
 * may have reached the partner, if there was one.
 */
export async function closeInterrupted (tx: Tx, deliveryId: string): Promise<InterruptedExchange | undefined> {
  const { rows } = await sql<InterruptedExchange>`
    with ended as (
      update attempts set ended_at = clock_timestamp(), result = 'interrupted'
      where delivery_id = ${deliveryId} and ended_at is null returning id, number),
    unanswered as (
      update exchanges x set ended_at = clock_timestamp(), verdict = 'uncertain', rule = 'kernel.interrupted', code = 'interrupted', words = ''
      from ended where x.attempt_id = ended.id and x.ended_at is null
      returning x.attempt_id, x.operation, cardinality(x.step_ids) as step_count)
    select ended.id as attempt_id, ended.number, unanswered.operation, coalesce(unanswered.step_count, 0) as step_count
    from ended left join unanswered on unanswered.attempt_id = ended.id`.execute(tx)
  return rows[0]
}
