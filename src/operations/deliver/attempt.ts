/**
 * One attempt of a delivery: map, check, send call after call, and write how it ended in one transaction. A failure
 * between two calls leaves the delivery where it can go on: what was confirmed is not sent again.
 */
import type { Finding } from '../../model/findings.js'
import { maskText } from '../../base/redaction.js'
import { ENDPOINT_GONE } from '../../adapter-kit/webhook.js'
import type { AuditAction, AuditEntry } from '../../db/audit.js'
import { codeKey } from '../../codes/book.js'
import { confirmExchange, settle, type LaneProgress, type NextHead, type Settlement } from './settling.sql.js'
import type { MissingCode } from '../../db/tables.js'
import { reached } from '../../base/kill-points.js'
import { blocks } from './blocking.js'
import { endedExchange, isUpsert, performCall, type CallResult } from './call.js'
import { aboutDossier, type Claim } from './claim.js'
import type { DeliveryContext } from './context.js'
import { describeFailure } from './describe.js'
import { switchOff } from '../notify/switch-off.js'
import { codesOn } from '../../adapters/mapping.js'
import { repeatability } from '../../adapters/repeatability.js'
import { decide, type Decision } from './retry.js'
import { forSubject, mapSubject, namesOf, type Looking } from './subject.js'
import type { Outcome } from '../../adapter-kit/contract/outcome.js'
import type { PlannedCall } from '../../adapter-kit/contract/deliver.js'

/** Returns what the lane has next. */
export async function runAttempt (context: DeliveryContext, claimed: Claim): Promise<NextHead> {
  const started = performance.now()
  const book = await context.books.at(claimed.adapter, claimed.codesVersion)
  const claim = { ...claimed, adapter: forSubject(claimed.adapter, claimed.subject, { book, now: claimed.now }) }
  const plan = planCalls(claim, { book, fileLink: context.files.links.from(claim.now) })
  const end = plan.failure === undefined
    ? await sendCalls(context, claim, plan.calls)
    : { outcome: plan.failure, missing: plan.missing, decision: { state: 'failed', kind: 'mapping' } as const }
  const timed = { ...end, elapsedMs: performance.now() - started }
  reached('delivery.before-settle')
  const next = await settle(context.db, claim.lease, settlement(claim, timed))
  report(context, claim, timed)
  await noteForBreaker(context, claim, timed)
  await disableGone(context, claim, timed)
  return next
}

/** After the settlement: whatever becomes of this, the attempt is on record. */
async function noteForBreaker ({ breakers, log }: DeliveryContext, { adapter, lane, probing }: Claim, { outcome, decision }: TimedEnd): Promise<void> {
  const target = { adapter: lane.adapter, account: adapter.account ?? '' }
  try {
    await breakers.note(target, { outcome, policy: adapter.breaker, retry: adapter.retry, probing, called: decision.kind !== 'mapping' })
  } catch (error) {
    log.warn({ event: 'breaker.not-noted', ...target, message: (error as Error).message })
  }
}

/** Should this be lost to a crash, the next event's answer says the same. */
async function disableGone ({ db }: DeliveryContext, { subject, lease }: Claim, { outcome }: TimedEnd): Promise<void> {
  if (subject.kind !== 'notification' || outcome.code !== ENDPOINT_GONE) return
  await switchOff(db, subject.endpoint.id, { actor: `worker:${lease.owner}`, code: ENDPOINT_GONE })
}

type TimedEnd = AttemptEnd & { elapsedMs: number }

interface AttemptEnd {
  decision: Decision
  outcome: Outcome
  /** The last call, not recorded yet. */
  result?: CallResult
  /** Rows of code tables that the mapping would have needed. */
  missing?: MissingCode[]
}

async function sendCalls (context: DeliveryContext, claim: Claim, calls: readonly PlannedCall[]): Promise<AttemptEnd> {
  let last: CallResult | undefined
  for (const call of calls) {
    if (last !== undefined) await confirm(context, claim, last)
    if (last !== undefined) reached('exchange.confirmed')
    last = await performCall(context, claim, call)
    if (last.outcome.verdict !== 'done') return { ...decideOn(context, claim, last), result: last }
  }
  const outcome = last?.outcome ?? NOTHING_LEFT
  return { outcome, decision: { state: 'delivered' }, ...(last === undefined ? {} : { result: last }) }
}

/** Everything of this revision was confirmed by an earlier attempt that ended before it could say so. */
const NOTHING_LEFT: Outcome = { verdict: 'done', rule: 'kernel.all-confirmed', code: '', words: '' }

async function confirm (context: DeliveryContext, claim: Claim, result: CallResult): Promise<void> {
  await confirmExchange(context.db, claim.lease, endedExchange(claim, result, provenBy(claim, result)))
}

function provenBy (claim: Claim, { call, outcome }: CallResult): LaneProgress {
  return outcome.verdict === 'done' && isUpsert(claim, call) ? { known: true, confirmedRevision: claim.head.revision } : {}
}

function decideOn (context: DeliveryContext, claim: Claim, { call, outcome }: CallResult): AttemptEnd {
  const { head, adapter } = claim
  const decision = decide({
    outcome,
    repeatability: repeatability(adapter, call.operation),
    budget: { from: head.budgetFrom, now: claim.now, standstills: claim.standstills, ownFailures: head.ownFailures, retries: head.retries },
    policy: adapter.retry,
    random: context.random()
  })
  return { decision, outcome }
}

type Plan = { calls: PlannedCall[], failure?: undefined } | { failure: Outcome, missing: MissingCode[] }

/** The calls that are still to be made, or why there can be none. */
function planCalls (claim: Claim, looking: Looking): Plan {
  const mapped = mapSubject(claim.adapter, claim.subject, looking)
  const errors = mapped.findings.filter(finding => finding.severity === 'error')
  if (errors.length > 0) return { failure: mappingFailure(errors), missing: missingRows(claim, errors) }
  const confirmed = claim.lane.confirmedRevision >= claim.head.revision
  return { calls: mapped.calls.filter(call => !(confirmed && isUpsert(claim, call))) }
}

function mappingFailure (errors: readonly Finding[]): Outcome {
  const words = errors.slice(0, 5).map(error => `${error.pointer} ${error.code}: ${error.message} ${error.cure ?? ''}`.trim()).join(' | ')
  const code = errors.every(({ missing }) => missing !== undefined) ? 'code-unmapped' : 'mapping-failed'
  return { verdict: 'refused', rule: `mapping.${errors[0]?.code ?? 'error'}`, code, words: maskText(words) }
}

/** Only where nothing else is wrong: a redrive after the rows are there must not fail for the other reason. */
function missingRows ({ adapter, subject }: Claim, errors: readonly Finding[]): MissingCode[] {
  if (subject.kind === 'notification') return []
  const rows = errors.flatMap(({ missing }) => missing === undefined ? [] : [missing])
  if (rows.length < errors.length) return []
  const keyed = rows.map(({ table, code }) => ({ table, code: codeKey(adapter.manifest.codeTables?.[table], code), on: codesOn(subject.dossier) }))
  return [...new Map(keyed.map(row => [`${row.table} ${row.code}`, row])).values()]
}

function settlement (claim: Claim, end: TimedEnd): Settlement {
  const { adapter, head, attempt, changes } = claim
  const { decision, outcome, result } = end
  const failed = decision.state !== 'delivered' && decision.state !== 'queued'
  const at = new Date(claim.now.getTime() + end.elapsedMs)
  return {
    ...endedExchange(claim, result ?? { outcome, exchangeId: undefined }, settledProgress(claim, end)),
    deliveryId: head.id,
    change: { ...decision, ...(failed ? describeFailure(decision, { ...outcome, ...operationOf(result) }, { adapter: claim.lane.adapter, at, missing: end.missing }) : {}) },
    attempt: { id: attempt.id, failureCode: outcome.code === '' ? null : outcome.code },
    audit: auditOf(claim, end),
    seen: { changes, more: head.more },
    account: adapter.account ?? '',
    supersedes: adapter.manifest.deliver.supersedes,
    blocks: blocks(adapter, decision)
  }
}

function settledProgress (claim: Claim, { decision, result }: AttemptEnd): LaneProgress {
  const proven = result === undefined ? {} : provenBy(claim, result)
  return decision.state === 'delivered' ? { ...proven, deliveredRevision: claim.head.revision } : proven
}

function operationOf (result: CallResult | undefined): { operation?: string } {
  return result === undefined ? {} : { operation: result.call.operation }
}

/** The facts of an attempt's end: its state, and a repetition that the partner may see. */
function auditOf (claim: Claim, { decision, outcome, result }: AttemptEnd): AuditEntry[] {
  const { head, lane, lease, attempt, subject } = claim
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
  const details = decision.state === 'delivered' ? subject.kind === 'dossier' ? { steps: subject.steps.length } : {} : { rule: outcome.rule, code: outcome.code, ...operationOf(result) }
  return [...repeated, entry(action, details)]
}

const STATE_ACTIONS: Partial<Record<Decision['state'], AuditAction>> = {
  queued: 'delivery.interrupted',
  retrying: 'delivery.retrying',
  delivered: 'delivery.delivered',
  refused: 'delivery.refused',
  failed: 'delivery.failed',
  held: 'delivery.held'
}

/** One wide line and one count an attempt. */
function report (context: DeliveryContext, { adapter, head, lane, attempt, now, subject }: Claim, { decision, outcome, elapsedMs }: TimedEnd): void {
  const { state } = decision
  const latenessSeconds = state === 'delivered' ? Math.round((now.getTime() + elapsedMs - head.eventAt.getTime()) / 1000) : undefined
  context.attempts.note({ adapter: lane.adapter, state, elapsedMs, ...(latenessSeconds === undefined ? {} : { latenessSeconds }) })
  context.log.info({
    event: 'delivery.attempted',
    adapter: lane.adapter,
    unit: adapter.account,
    dossierCode: head.dossierCode,
    deliveryId: head.id,
    ...namesOf({ subject, head }),
    attempt: attempt.number,
    state,
    kind: decision.kind,
    code: outcome.code,
    rule: outcome.rule,
    status: outcome.answer?.status,
    retryInSeconds: decision.retryInSeconds,
    latenessSeconds,
    elapsedMs: Math.round(elapsedMs)
  })
}
