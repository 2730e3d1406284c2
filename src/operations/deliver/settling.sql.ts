/** What an attempt writes: after a call that is not its last, and at its end. One statement each. */
import { sql } from 'kysely'
import type { AuditEntry } from '../../db/audit.js'
import type { DeliveryChange } from './interrupted.sql.js'
import { LeaseLost, type Lease } from '../../db/lanes.js'
import type { Database } from '../../db/open.js'
import type { Outcome } from '../../adapter-kit/contract/outcome.js'

/** What the partner is now known to hold. Members that are left out stay as they are. */
export interface LaneProgress {
  known?: boolean
  confirmedRevision?: number
  deliveredRevision?: number
}

export interface EndedExchange {
  /** Undefined when nothing of the call left: there is no exchange to end. */
  exchangeId: string | undefined
  outcome: Outcome
  adapter: string
  progress: LaneProgress
}

/** Ends an exchange and confirms what it proved, under the lease; throws LeaseLost when it is no longer ours. */
export async function confirmExchange (db: Database, lease: Lease, ended: EndedExchange): Promise<void> {
  const { rows } = await sql`
    with lane as (
      update lanes set known_at_partner = ${known(ended)}, confirmed_revision = ${confirmed(ended)}
      where id = ${lease.laneId} and lease_token = ${lease.token} returning id),
    ${exchangeParts(ended)}
    select from lane`.execute(db)
  if (rows.length === 0) throw new LeaseLost(lease.laneId)
}

export interface Settlement extends EndedExchange {
  deliveryId: string
  change: DeliveryChange
  attempt: { id: string, failureCode: string | null }
  audit: readonly AuditEntry[]
  /** `changes` of the lane as the claim saw it, and whether more deliveries were open behind the head then. */
  seen: { changes: number, more: boolean }
  /** The account under which the attempt was made. */
  account: string
  /** A newer revision may replace this one while it waits, so the lane is looked at again at once if there is one. */
  supersedes: boolean
  /** Later revisions wait for what becomes of this one. */
  blocks: boolean
}

export interface NextHead {
  /** Null: the lane is empty, or its head is held. */
  dueAt: Date | null
  isDue: boolean
}

/**
 * Ends the attempt, moves the delivery on and gives the lease back. When the lane's next head is due is decided from the
 * lane's own row, which is fresh even if the statement waited for it; other tables may be seen as they were before.
 */
export async function settle (db: Database, lease: Lease, settlement: Settlement): Promise<NextHead> {
  const { change } = settlement
  const wait = change.retryInSeconds ?? 0
  const waits = change.state === 'retrying' || change.state === 'queued'
  const { rows: [next] } = await sql<NextHead>`
    with lane as (
      update lanes set lease_token = null, lease_owner = null, lease_until = null,
        known_at_partner = ${known(settlement)}, confirmed_revision = ${confirmed(settlement)},
        delivered_revision = greatest(delivered_revision, ${settlement.progress.deliveredRevision ?? 0}::integer),
        unit = ${settlement.account}, blocked_by = case when ${settlement.blocks} then ${settlement.deliveryId}::bigint end,
        due_at = case
          when ${change.state === 'held' || settlement.blocks} then null
          when (changes <> ${settlement.seen.changes} or ${settlement.seen.more}) and ${settlement.supersedes || !waits} then clock_timestamp()
          when ${waits} then clock_timestamp() + make_interval(secs => ${wait})
        end
      where id = ${lease.laneId} and lease_token = ${lease.token}
      returning id, due_at),
    ${exchangeParts(settlement)},
    delivery as (
      update deliveries d set state = ${change.state},
        next_attempt_at = clock_timestamp() + make_interval(secs => ${waits ? wait : 0}),
        own_failures = own_failures + ${change.ownFailure === true ? 1 : 0}::integer,
        retries = retries + ${change.countsAsRetry === true ? 1 : 0}::integer,
        ended_at = case when ${isEnd(change)} then clock_timestamp() end,
        failure_kind = ${change.failureKind ?? null}, failure_code = ${change.failureCode ?? null},
        failure = ${change.failure === undefined ? null : JSON.stringify(change.failure)}::jsonb,
        fingerprint = ${change.fingerprint ?? null}, failed_at = case when ${change.failure !== undefined} then clock_timestamp() end
      from lane where d.id = ${settlement.deliveryId}),
    attempt as (
      update attempts a set ended_at = clock_timestamp(), result = ${change.state}, failure_code = ${settlement.attempt.failureCode}
      from lane where a.id = ${settlement.attempt.id}),
    audited as (
      insert into audit_entries (actor, action, dossier_code, delivery_id, adapter, details)
      select e.actor, e.action, e."dossierCode", e."deliveryId", e.adapter, e.details
      from lane, jsonb_to_recordset(${JSON.stringify(settlement.audit)}::jsonb)
        as e(actor text, action text, "dossierCode" text, "deliveryId" bigint, adapter text, details jsonb))
    select due_at as "dueAt", coalesce(due_at <= clock_timestamp(), false) as "isDue" from lane`.execute(db)
  if (next === undefined) throw new LeaseLost(lease.laneId)
  return next
}

const ENDS = ['delivered', 'refused', 'failed', 'superseded', 'cancelled']

function isEnd ({ state }: DeliveryChange): boolean {
  return ENDS.includes(state)
}

function known ({ progress }: EndedExchange): ReturnType<typeof sql> {
  return sql`coalesce(${progress.known ?? null}::boolean, known_at_partner)`
}

function confirmed ({ progress }: EndedExchange): ReturnType<typeof sql> {
  return sql`coalesce(${progress.confirmedRevision ?? null}::integer, confirmed_revision)`
}

/** A step that was confirmed before stays with its first exchange. */
function exchangeParts ({ exchangeId, outcome, adapter }: EndedExchange): ReturnType<typeof sql> {
  return sql`
    exchange as (
      update exchanges x set ended_at = clock_timestamp(), verdict = ${outcome.verdict}, rule = ${outcome.rule},
        code = ${outcome.code}, words = ${outcome.words},
        answer = ${outcome.answer === undefined ? null : JSON.stringify(outcome.answer)}::jsonb
      from lane where x.id = ${exchangeId ?? null}::bigint returning x.id, x.step_ids),
    confirmations as (
      insert into step_confirmations (adapter, step_id, exchange_id)
      select ${adapter}, unnest(step_ids), id from exchange where ${outcome.verdict === 'done'}
      on conflict do nothing)`
}
