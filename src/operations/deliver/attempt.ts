/**
 * One attempt of a delivery: map, check, send call after call, and write how it ended in one transaction. A failure
 * between two calls leaves the delivery where it can go on: what was confirmed is not sent again.
 */
import { reached } from '../../base/kill-points.js'
import { present } from '../../model/present.js'
import { settleAttempt, type AttemptEnd } from './attempt-end.js'
import { reportAttempt } from './attempt-report.js'
import { endedExchange, performCall, provenBy, type CallResult } from './call.js'
import type { Claim } from './claim.js'
import type { DeliveryContext } from './context.js'
import { planCalls, type Plan } from './plan-calls.js'
import { repeatability } from '../../adapters/repeatability.js'
import { decide, type Decision } from './retry.js'
import { confirmExchange, type NextHead } from './settling.sql.js'
import { forSubject } from './subject.js'
import type { Outcome } from '../../adapter-kit/contract/outcome.js'
import type { PlannedCall } from '../../adapter-kit/contract/deliver.js'

/** Returns what the lane has next. */
export async function runAttempt (context: DeliveryContext, claimed: Claim): Promise<NextHead> {
  const started = performance.now()
  const book = await context.books.at(claimed.adapter, claimed.codesVersion)
  const claim = { ...claimed, adapter: forSubject(claimed.adapter, claimed.subject, { book, now: claimed.now }) }
  const plan = planCalls(claim, { book, fileLink: context.files.links.from(claim.now) })
  const end = await carryOut(context, claim, plan)
  const timed = { ...end, elapsedMs: performance.now() - started }
  reached('delivery.before-settle')
  const next = await settleAttempt(context.db, claim, timed)
  await reportAttempt(context, claim, timed)
  return next
}

async function carryOut (context: DeliveryContext, claim: Claim, plan: Plan): Promise<AttemptEnd> {
  if (plan.failure === undefined) return sendCalls(context, claim, plan.calls)
  return { outcome: plan.failure, missing: plan.missing, decision: { state: 'failed', kind: 'mapping' } }
}

async function sendCalls (context: DeliveryContext, claim: Claim, calls: readonly PlannedCall[]): Promise<AttemptEnd> {
  let last: CallResult | undefined
  for (const call of calls) {
    if (last !== undefined) await confirm(context, claim, last)
    last = await performCall(context, claim, call)
    const { outcome } = last
    if (outcome.verdict !== 'done') return { outcome, decision: decideOn(context, claim, last), result: last }
  }
  const outcome = last?.outcome ?? NOTHING_LEFT
  return { outcome, decision: { state: 'delivered' }, ...present({ result: last }) }
}

/** Everything of this revision was confirmed by an earlier attempt that ended before it could say so. */
const NOTHING_LEFT: Outcome = { verdict: 'done', rule: 'kernel.all-confirmed', code: '', words: '' }

async function confirm (context: DeliveryContext, claim: Claim, result: CallResult): Promise<void> {
  await confirmExchange(context.db, claim.lease, endedExchange(claim, result, provenBy(claim, result)))
  reached('exchange.confirmed')
}

function decideOn (context: DeliveryContext, claim: Claim, { call, outcome }: CallResult): Decision {
  const { head, adapter, now, standstills } = claim
  return decide({
    outcome,
    repeatability: repeatability(adapter, call.operation),
    budget: { from: head.budgetFrom, now, standstills, ownFailures: head.ownFailures, retries: head.retries },
    policy: adapter.retry,
    random: context.random()
  })
}
