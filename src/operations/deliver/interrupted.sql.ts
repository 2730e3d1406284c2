/** Changes of a delivery's state. */
import { sql } from 'kysely'
import type { Tx } from '../../db/open.js'
import type { DeliveryState, StoredFailure } from '../../db/tables.js'

export interface DeliveryChange {
  state: DeliveryState
  /** Seconds from now; for `retrying` and `queued`. */
  retryInSeconds?: number
  ownFailure?: boolean
  /** A retry that moves along the schedule; an interrupted attempt does not. */
  countsAsRetry?: boolean
  failureKind?: string
  failureCode?: string
  failure?: StoredFailure
  /** Equal for failures of one cause. */
  fingerprint?: string
}

/** Holds a delivery whose call may have reached the partner, fails it, or puts it back to be attempted at once. */
export async function parkInterrupted (tx: Tx, deliveryId: string, change: DeliveryChange & { blocks: boolean }): Promise<void> {
  if (change.blocks) await sql`update lanes l set blocked_by = d.id from deliveries d where d.id = ${deliveryId} and l.id = d.lane_id`.execute(tx)
  await sql`
    update deliveries set state = ${change.state}, next_attempt_at = clock_timestamp(), own_failures = own_failures + 1,
      ended_at = case when ${change.state === 'failed'} then clock_timestamp() end,
      failure_kind = ${change.failureKind ?? null}, failure_code = ${change.failureCode ?? null},
      failure = ${change.failure === undefined ? null : JSON.stringify(change.failure)}::jsonb,
      fingerprint = ${change.fingerprint ?? null}, failed_at = case when ${change.failure !== undefined} then clock_timestamp() end
    where id = ${deliveryId}`.execute(tx)
}
