/** Claims the head of a lane, and settles what a process that is gone has left of it. */
import { present } from '../../model/present.js'
import { recordAudit, type AuditAction, type AuditEntry } from '../../db/audit.js'
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
import { decideAbandoned, type Decision } from './retry.js'
import { aboutDossier, subjectOf, type Subject } from './subject.js'
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

/** Nothing could be started: settles an abandoned head, if that is why, and gives the lane back. */
async function putInOrder (context: DeliveryContext, unclear: Unclear): Promise<ClaimResult> {
  await context.db.transaction().execute(async tx => {
    await lockLease(tx, unclear.lease)
    if (unclear.head?.state === 'sending') await settleAbandoned(tx, { ...unclear, head: unclear.head })
    await releaseLease(tx, unclear.lease)
  })
  if (unclear.head?.state === 'sending') reached('delivery.parked')
  return { kind: 'again' }
}

/** The head was being sent by a process that is gone: ends its attempt, and decides what becomes of the delivery. */
async function settleAbandoned (tx: Tx, { adapter, lease, head, now }: Unclear & { head: Head }): Promise<void> {
  const interrupted = await closeInterrupted(tx, head.id)
  const operation = interrupted?.operation ?? undefined
  const decision = decideAbandoned({
    repeatability: operation === undefined ? undefined : repeatability(adapter, operation),
    budget: head,
    policy: adapter.retry
  })
  await recordAudit(tx, abandonedEntries({ adapter, lease, head, decision, interrupted }))
  const outcome = { ...INTERRUPTED, ...present({ operation }) }
  const description = describeFailure(decision, outcome, { adapter: adapter.manifest.id, at: now })
  await parkInterrupted(tx, head.id, { state: decision.state, blocks: blocks(adapter, decision), ...description })
}

const INTERRUPTED = { verdict: 'uncertain', rule: 'kernel.interrupted', code: 'interrupted', words: '' } as const

interface Abandoned extends Pick<Unclear, 'adapter' | 'lease'> {
  head: Head
  decision: Decision
  interrupted: InterruptedExchange | undefined
}

function abandonedEntries ({ adapter, lease, head, decision, interrupted }: Abandoned): AuditEntry[] {
  const about = head.event === null ? { revision: head.revision } : { event: head.event.id }
  const details = { ...about, attempt: interrupted?.number ?? null, operation: interrupted?.operation ?? null }
  const entry = (action: AuditAction, more: object = {}): AuditEntry => ({
    actor: `worker:${lease.owner}`,
    action,
    ...aboutDossier(head),
    deliveryId: head.id,
    adapter: adapter.manifest.id,
    details: { ...details, ...more }
  })
  const entries = [entry('delivery.interrupted')]
  if (decision.possibleDuplicate === true) entries.push(entry('delivery.possible-duplicate', { steps: interrupted?.step_count }))
  if (decision.state === 'held' || decision.state === 'failed') entries.push(entry(`delivery.${decision.state}`))
  return entries
}
