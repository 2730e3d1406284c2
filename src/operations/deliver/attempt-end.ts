/** How an attempt ended, and what one statement writes of it: state, failure, progress at the partner, audit. */
import { present } from '../../model/present.js'
import type { AuditAction, AuditEntry } from '../../db/audit.js'
import type { Database } from '../../db/open.js'
import type { MissingCode } from '../../db/tables.js'
import { blocks } from './blocking.js'
import { endedExchange, provenBy, type CallResult } from './call.js'
import type { Claim } from './claim.js'
import { describeFailure } from './describe.js'
import type { DeliveryChange } from './interrupted.sql.js'
import type { Decision } from './retry.js'
import { settle, type LaneProgress, type NextHead } from './settling.sql.js'
import { aboutDossier, namesOf } from './subject.js'
import type { Outcome } from '../../adapter-kit/contract/outcome.js'

export interface AttemptEnd {
  decision: Decision
  outcome: Outcome
  /** The last call, not recorded yet. */
  result?: CallResult
  /** Rows of code tables that the mapping would have needed. */
  missing?: MissingCode[]
}

export type TimedEnd = AttemptEnd & { elapsedMs: number }

/** Returns what the lane has next. */
export async function settleAttempt (db: Database, claim: Claim, end: TimedEnd): Promise<NextHead> {
  const { adapter, head, attempt, changes } = claim
  const { decision, outcome, result } = end
  return settle(db, claim.lease, {
    ...endedExchange(claim, result ?? { outcome, exchangeId: undefined }, settledProgress(claim, end)),
    deliveryId: head.id,
    change: changeOf(claim, end),
    attempt: { id: attempt.id, failureCode: outcome.code === '' ? null : outcome.code },
    audit: auditOf(claim, end),
    seen: { changes, more: head.more },
    account: adapter.account ?? '',
    supersedes: adapter.manifest.deliver.supersedes,
    blocks: blocks(adapter, decision)
  })
}

function changeOf ({ lane, now }: Claim, { decision, outcome, result, missing, elapsedMs }: TimedEnd): DeliveryChange {
  if (decision.state === 'delivered' || decision.state === 'queued') return decision
  const at = new Date(now.getTime() + elapsedMs)
  const failed = { ...outcome, ...operationOf(result) }
  return { ...decision, ...describeFailure(decision, failed, { adapter: lane.adapter, at, missing }) }
}

function settledProgress (claim: Claim, { decision, result }: AttemptEnd): LaneProgress {
  const proven = result === undefined ? {} : provenBy(claim, result)
  return decision.state === 'delivered' ? { ...proven, deliveredRevision: claim.head.revision } : proven
}

function operationOf (result: CallResult | undefined): { operation?: string } {
  return present({ operation: result?.call.operation })
}

/** The facts of an attempt's end: its state, and a repetition that the partner may see. */
function auditOf (claim: Claim, end: AttemptEnd): AuditEntry[] {
  const { head, lane, lease, attempt } = claim
  const { decision, result } = end
  const entry = (action: AuditAction, details: Record<string, unknown>): AuditEntry => ({
    actor: `worker:${lease.owner}`,
    action,
    ...aboutDossier(head),
    deliveryId: head.id,
    adapter: lane.adapter,
    details: { ...namesOf(claim), attempt: attempt.number, ...details }
  })
  const repeated = decision.possibleDuplicate === true
    ? [entry('delivery.possible-duplicate', { ...operationOf(result), steps: result?.call.steps.length })]
    : []
  const action = STATE_ACTIONS[decision.state]
  if (action === undefined) return repeated
  return [...repeated, entry(action, detailsOf(claim, end))]
}

function detailsOf ({ subject }: Claim, { decision, outcome, result }: AttemptEnd): Record<string, unknown> {
  if (decision.state !== 'delivered') return { rule: outcome.rule, code: outcome.code, ...operationOf(result) }
  return subject.kind === 'dossier' ? { steps: subject.steps.length } : {}
}

const STATE_ACTIONS: Partial<Record<Decision['state'], AuditAction>> = {
  queued: 'delivery.interrupted',
  retrying: 'delivery.retrying',
  delivered: 'delivery.delivered',
  refused: 'delivery.refused',
  failed: 'delivery.failed',
  held: 'delivery.held'
}
