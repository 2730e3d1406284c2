/** Reports a settled attempt to metrics, log (one wide event) and breaker, and switches off an endpoint that is gone. */
import { ENDPOINT_GONE } from '../../adapter-kit/webhook.js'
import { present } from '../../model/present.js'
import type { TimedEnd } from './attempt-end.js'
import type { Claim } from './claim.js'
import type { DeliveryContext } from './context.js'
import { switchOff } from '../notify/switch-off.js'
import { namesOf } from './subject.js'

/** After the settlement: whatever becomes of this, the attempt is on record. */
export async function reportAttempt (context: DeliveryContext, claim: Claim, end: TimedEnd): Promise<void> {
  const latenessSeconds = latenessOf(claim, end)
  const { decision: { state }, elapsedMs } = end
  context.attempts.note({ adapter: claim.lane.adapter, state, elapsedMs, ...present({ latenessSeconds }) })
  logAttempt(context.log, claim, { ...end, latenessSeconds })
  await noteForBreaker(context, claim, end)
  await disableGone(context, claim, end)
}

/** From the event that was reported to its delivery (design §2.15). */
function latenessOf ({ head, now }: Claim, { decision, elapsedMs }: TimedEnd): number | undefined {
  if (decision.state !== 'delivered') return undefined
  return Math.round((now.getTime() + elapsedMs - head.eventAt.getTime()) / 1000)
}

type ReportedEnd = TimedEnd & { latenessSeconds: number | undefined }

function logAttempt (log: DeliveryContext['log'], claim: Claim, end: ReportedEnd): void {
  const { adapter, head, lane, attempt } = claim
  const { decision, outcome, elapsedMs, latenessSeconds } = end
  log.info({
    event: 'delivery.attempted',
    adapter: lane.adapter,
    unit: adapter.account,
    dossierCode: head.dossierCode,
    deliveryId: head.id,
    ...namesOf(claim),
    attempt: attempt.number,
    state: decision.state,
    kind: decision.kind,
    code: outcome.code,
    rule: outcome.rule,
    status: outcome.answer?.status,
    retryInSeconds: decision.retryInSeconds,
    latenessSeconds,
    elapsedMs: Math.round(elapsedMs)
  })
}

async function noteForBreaker ({ breakers, log }: DeliveryContext, claim: Claim, end: TimedEnd): Promise<void> {
  const { adapter, lane, probing } = claim
  const { outcome, decision } = end
  const called = decision.kind !== 'mapping'
  const target = { adapter: lane.adapter, account: adapter.account ?? '' }
  try {
    await breakers.note(target, { outcome, policy: adapter.breaker, retry: adapter.retry, probing, called })
  } catch (error) {
    log.warn({ event: 'breaker.not-noted', adapter: target.adapter, unit: target.account, message: (error as Error).message })
  }
}

/** Should this be lost to a crash, the next event's answer says the same. */
async function disableGone ({ db }: DeliveryContext, { subject, lease }: Claim, { outcome }: TimedEnd): Promise<void> {
  if (subject.kind !== 'notification' || outcome.code !== ENDPOINT_GONE) return
  await switchOff(db, subject.endpoint.id, { actor: `worker:${lease.owner}`, code: ENDPOINT_GONE })
}
