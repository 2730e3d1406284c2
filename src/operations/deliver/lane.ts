/** Works on one lane: head after head while they are due. This is what the queue calls. */
import { LeaseLost } from '../../db/lanes.js'
import { reached } from '../../base/kill-points.js'
import { runAttempt } from './attempt.js'
import { claimHead, type Claim } from './claim.js'
import type { DeliveryContext } from './context.js'
import { lanePriority } from './priority.js'
import type { LaneResult } from '../../queue/contract.js'
import { quietUntil } from './quiet-hours.js'
import type { ActiveAdapter } from '../../adapters/active-adapter.js'

/** Bounds how long one lane keeps its worker while others wait. */
const HEADS_IN_A_ROW = 10

export interface LaneWork {
  adapter: ActiveAdapter
  laneId: string
}

/** Returns when the lane wants to be looked at again. Two calls for one lane at once are harmless: one gets the lease. */
export async function workLane (context: DeliveryContext, { adapter, laneId }: LaneWork): Promise<LaneResult> {
  reached('lane.taken')
  for (let heads = 0; heads < HEADS_IN_A_ROW; heads++) {
    const until = quietUntil(adapter.retry.quietHours, new Date())
    if (until !== undefined) return { kind: 'wait', until }
    const result = await workHead(context, laneId)
    if (result.kind !== 'next') return result
  }
  return { kind: 'wait', until: new Date() }
}

async function workHead (context: DeliveryContext, laneId: string): Promise<LaneResult | { kind: 'next' }> {
  const lease = context.leases.hold(laneId)
  try {
    // The process is stopping: the lane is left to another one, or to the next start.
    if (lease.signal.aborted) return { kind: 'wait', until: new Date() }
    const claim = await claimHead(context, lease)
    if (claim.kind === 'again') return { kind: 'next' }
    if (claim.kind !== 'claimed') return claim
    const next = await runAttempt(context, claim)
    reached('delivery.settled')
    if (next.isDue) return { kind: 'next' }
    // A revision that arrives from now on rings the lane, whose job runs once more for it.
    return next.dueAt === null ? { kind: 'idle' } : { kind: 'wait', until: next.dueAt, priority: retryPriority(claim, next.dueAt) }
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error
    context.log.warn({ event: 'lane.lease-lost', laneId }, 'another process took the lane over; nothing was written')
    return { kind: 'wait', until: new Date(Date.now() + lease.seconds * 1000) }
  } finally {
    lease.release()
  }
}

/** A lane that waits, waits for a retry of its head: the job it was rung with may have the place of new work. */
function retryPriority ({ subject, head }: Claim, until: Date): number {
  return lanePriority({ dueAt: subject.kind === 'dossier' ? subject.dossier.dueAt : null, since: until.toISOString(), retries: head.retries + 1, redriven: false, now: Date.now() })
}
