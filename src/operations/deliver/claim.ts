/** Claims the head of a lane, and settles what a process that is gone has left of it. */
import { recordAudit } from '../../db/audit.js'
import { claim, type ClaimedLane, type Head } from './claiming.sql.js'
import { parkInterrupted } from './interrupted.sql.js'
import { closeInterrupted, type InterruptedExchange } from './exchanges.sql.js'
import { lockLease, nextLook, releaseLease } from '../../db/lanes.js'
import type { Tx } from '../../db/open.js'
import { reached } from '../../base/kill-points.js'
import { blocks } from './blocking.js'
import type { DeliveryContext } from './context.js'
import { describeFailure } from './describe.js'
import type { HeldLease } from './lease-keeper.js'
import { repeatability } from '../../adapters/repeatability.js'
import { decide, type Decision } from './retry.js'
import { subjectOf, type Subject } from './subject.js'
import type { ActiveAdapter } from '../../adapters/active-adapter.js'
import type { Span } from './quiet-hours.js'

export interface Claim {
  kind: 'claimed'
  adapter: ActiveAdapter
  lane: ClaimedLane
  lease: HeldLease
  head: Head
  attempt: { id: string, number: number }
  subject: Subject
  /** The lane's changes that were seen. */
  changes: number
  codesVersion: number
  /** Pauses and open breakers since the start of the head's age budget. */
  standstills: readonly Span[]
  /** The breaker is open, and this attempt shows whether the partner is back. */
  probing: boolean
  /** The database's clock at the claim. */
  now: Date
}

/** `again`: the lane was put in order and is worth another look at once. */
export type ClaimResult = Claim | { kind: 'idle' } | { kind: 'again' } | { kind: 'wait', until: Date }

export async function claimHead (context: DeliveryContext, lease: HeldLease): Promise<ClaimResult> {
  const claimed = await claim(context.db, lease, { superseding: superseding(context) })
  const { lane, head, attempt } = claimed
  if (lane === null) return notClaimed(context, lease.laneId)
  lease.taken()
  const adapter = context.adapters.get(lane.adapter)
  // An adapter that this process does not know is left to one that does; its lanes are not rung here.
  if (adapter === undefined) throw new Error(`lane ${lane.id} belongs to ${lane.adapter}, which is not active here`)
  if (head === null || attempt === null) return putInOrder(context, { adapter, lease, head, now: claimed.now })
  reached('delivery.claimed')
  const { changes, codesVersion, standstills, probing, now } = claimed
  return { kind: 'claimed', adapter, lane, lease, head, attempt, changes, codesVersion, standstills, probing, now, subject: subjectOf(head, claimed) }
}

function superseding ({ adapters }: DeliveryContext): string[] {
  return [...adapters.values()].filter(({ manifest }) => manifest.deliver.supersedes).map(({ manifest }) => manifest.id)
}

async function notClaimed (context: DeliveryContext, laneId: string): Promise<ClaimResult> {
  const { until } = await nextLook(context.db, laneId)
  return until === null ? { kind: 'idle' } : { kind: 'wait', until }
}

interface Unclear {
  adapter: ActiveAdapter
  lease: HeldLease
  head: Head | null
  now: Date
}

/** Nothing could be started: settles an interrupted head, if that is why, and gives the lane back. */
async function putInOrder (context: DeliveryContext, unclear: Unclear): Promise<ClaimResult> {
  await context.db.transaction().execute(async tx => {
    await lockLease(tx, unclear.lease)
    if (unclear.head?.state === 'sending') await settleInterrupted(tx, { ...unclear, head: unclear.head })
    await releaseLease(tx, unclear.lease)
  })
  if (unclear.head?.state === 'sending') reached('delivery.parked')
  return { kind: 'again' }
}

/**
 * The head was being sent by a process that is gone. Whatever call was unanswered is uncertain: harmless or allowed
 * to repeat, it is attempted again at once; else the delivery is held. Each time counts as a failure of this dossier: one
 * that brings down whoever works on it must not do so for ever.
 */
async function settleInterrupted (tx: Tx, { adapter, lease, head, now }: Unclear & { head: Head }): Promise<void> {
  const interrupted = await closeInterrupted(tx, head.id)
  const decision = interruptedDecision(adapter, head, interrupted)
  const entry = { actor: `worker:${lease.owner}`, ...aboutDossier(head), deliveryId: head.id, adapter: adapter.manifest.id }
  const details = { ...(head.event === null ? { revision: head.revision } : { event: head.event.id }), attempt: interrupted?.number ?? null, operation: interrupted?.operation ?? null }
  await recordAudit(tx, [
    { ...entry, action: 'delivery.interrupted', details },
    ...(decision.possibleDuplicate === true ? [{ ...entry, action: 'delivery.possible-duplicate' as const, details: { ...details, steps: interrupted?.step_count } }] : []),
    ...(decision.state === 'held' || decision.state === 'failed' ? [{ ...entry, action: `delivery.${decision.state}` as const, details }] : [])
  ])
  const outcome = { ...INTERRUPTED, ...(interrupted?.operation == null ? {} : { operation: interrupted.operation }) }
  await parkInterrupted(tx, head.id, { state: decision.state, blocks: blocks(adapter, decision), ...describeFailure(decision, outcome, { adapter: adapter.manifest.id, at: now }) })
}

/** The dossier, for an audit entry; a notification may be about none. */
export function aboutDossier ({ dossierCode }: Pick<Head, 'dossierCode'>): { dossierCode?: string } {
  return dossierCode === null ? {} : { dossierCode }
}

const INTERRUPTED = { verdict: 'uncertain', rule: 'kernel.interrupted', code: 'interrupted', words: '' } as const

function interruptedDecision (adapter: ActiveAdapter, head: Head, interrupted: InterruptedExchange | undefined): Decision {
  if (head.ownFailures + 1 >= adapter.retry.maxOwnFailures) return { state: 'failed', kind: 'uncertain', exhausted: 'own-failures' }
  if (interrupted?.operation == null) return { state: 'queued' }
  const epoch = new Date(0)
  return decide({
    outcome: INTERRUPTED,
    repeatability: repeatability(adapter, interrupted.operation),
    budget: { from: epoch, now: epoch, standstills: [], ownFailures: 0, retries: 0 },
    policy: adapter.retry,
    random: 0
  })
}
