/**
 * One planned call: its exchange is recorded before the bytes leave and after the answer came, and the choice between
 * create and update is corrected by what the partner says. Nothing is ever created because a question went unanswered.
 */
import { outcomeOfFailure } from '../../adapter-kit/failure.js'
import { HttpFailure } from '../../adapter-kit/http.js'
import { maskMembers, maskSignatures, maskText } from '../../base/redaction.js'
import { storable } from '../../model/text.js'
import { openFilesOf } from './files.js'
import { beginExchange } from './exchanges.sql.js'
import { LeaseLost } from '../../db/lanes.js'
import { confirmExchange, type EndedExchange, type LaneProgress } from './settling.sql.js'
import { reached } from '../../base/kill-points.js'
import type { Claim } from './claim.js'
import type { DeliveryContext } from './context.js'
import { personalTexts } from './subject.js'
import type { Outcome } from '../../adapter-kit/contract/outcome.js'
import type { CallMode, PlannedCall } from '../../adapter-kit/contract/deliver.js'

export interface CallResult {
  call: PlannedCall
  mode: CallMode
  outcome: Outcome
  /** Undefined when nothing of the call left. */
  exchangeId: string | undefined
}

export async function performCall (context: DeliveryContext, claim: Claim, call: PlannedCall): Promise<CallResult> {
  const upsert = isUpsert(claim, call)
  let known = claim.lane.knownAtPartner || claim.lane.confirmedRevision >= claim.head.revision
  // Three rounds cover "create, it exists, update"; a partner that keeps contradicting itself is tried later.
  for (let round = 0; round < 3; round++) {
    const result = await exchange(context, claim, { call, mode: upsert && !known ? 'create' : 'update' })
    const correction = await correct(claim, result)
    if (correction === undefined) return result
    if (correction.outcome !== undefined) return { ...result, outcome: correction.outcome }
    await confirmExchange(context.db, claim.lease, endedExchange(claim, result, correction.progress))
    known = correction.progress.known === true
    if (!upsert) return { ...result, outcome: LOST_AT_PARTNER, exchangeId: undefined }
  }
  return { call, mode: 'update', outcome: CONTRADICTION, exchangeId: undefined }
}

export function isUpsert (claim: Claim, call: PlannedCall): boolean {
  return claim.adapter.manifest.deliver.calls[call.operation]?.upsert === true
}

type Correction = { progress: LaneProgress, outcome?: undefined } | { outcome: Outcome }

/** What the partner's "already there" or "not there" changes in our record; undefined when it says neither. */
async function correct (claim: Claim, { mode, outcome }: CallResult): Promise<Correction | undefined> {
  if (outcome.verdict === 'exists') {
    return mode === 'create' ? { progress: { known: true } } : { outcome: { ...outcome, verdict: 'refused' } }
  }
  if (outcome.verdict !== 'missing') return undefined
  if (mode === 'create') return { outcome: { ...outcome, verdict: 'refused' } }
  const there = await askPartner(claim)
  if (typeof there !== 'boolean') return { outcome: there }
  if (there) return { outcome: { ...outcome, verdict: 'refused' } }
  return { progress: { known: false, confirmedRevision: 0 } }
}

/** Whether the partner holds the dossier; an outcome when it does not say. Silence is never "no" (contract §6, 2). */
async function askPartner (claim: Claim): Promise<boolean | Outcome> {
  try {
    return await claim.adapter.client.exists(claim.head.dossierCode ?? '', claim.lease.signal)
  } catch {
    if (claim.lease.signal.aborted) return { verdict: 'transient', rule: 'kernel.interrupted', code: 'interrupted', words: '' }
    return { verdict: 'transient', rule: 'kernel.lookup-unanswered', code: 'lookup-unanswered', words: '' }
  }
}

const LOST_AT_PARTNER: Outcome = { verdict: 'transient', rule: 'kernel.lost-at-partner', code: 'lost-at-partner', words: '' }
const CONTRADICTION: Outcome = { verdict: 'transient', rule: 'kernel.contradiction', code: 'partner-contradicts-itself', words: '' }

async function exchange (context: DeliveryContext, claim: Claim, { call, mode }: { call: PlannedCall, mode: CallMode }): Promise<CallResult> {
  const { adapter, lease } = claim
  let exchangeId: string | undefined
  const sending = async (): Promise<void> => {
    // A call repeated after a new login is the same exchange: it was refused, not answered.
    exchangeId ??= await beginExchange(context.db, lease, {
      attemptId: claim.attempt.id,
      operation: call.operation,
      mode,
      stepIds: rowIds(claim, call),
      request: maskSignatures(maskMembers(adapter.client.describe(call, mode), adapter.sensitive))
    })
    reached('exchange.begun')
    // Frozen for longer than the lease since the record was written: another process may be sending this by now.
    if (!lease.isSafe()) throw new LeaseLost(lease.laneId)
  }
  const outcome = await sendSafely(context, () => adapter.client.send(call, { mode, signal: lease.signal, sending, files: openFilesOf(context, claim) }))
  reached('exchange.answered')
  return { call, mode, exchangeId, outcome: masked(claim, asSent(outcome, exchangeId)) }
}

/** Every end of a call is an outcome, except the loss of the lease: then nothing may be written any more. */
async function sendSafely (context: DeliveryContext, send: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await send()
  } catch (error) {
    if (error instanceof LeaseLost) throw error
    if (error instanceof HttpFailure) return outcomeOfFailure(error)
    context.log.error({ event: 'adapter.defect', errorName: (error as Error).name, stack: placesOf(error) }, 'the adapter has a defect')
    return { verdict: 'uncertain', rule: 'kernel.defect', code: 'adapter-defect', words: '' }
  }
}

/** Where it happened; the message, which may have several lines, may quote the dossier. */
function placesOf (error: unknown): string | undefined {
  return (error as Error).stack?.split('\n').filter(line => /^\s+at /.test(line)).slice(0, 8).join('\n')
}

/** An unanswered call of which nothing had left cannot have been done. */
function asSent (outcome: Outcome, exchangeId: string | undefined): Outcome {
  return outcome.verdict === 'uncertain' && exchangeId === undefined ? { ...outcome, verdict: 'transient' } : outcome
}

/** Partner words and answers may repeat what was sent: names and numbers are masked before anything is kept. */
function masked (claim: Claim, outcome: Outcome): Outcome {
  const secrets = personalTexts(claim.subject)
  const { answer } = outcome
  return {
    ...outcome,
    words: maskText(storable(outcome.words), secrets),
    ...(answer === undefined ? {} : { answer: { ...answer, excerpt: maskText(storable(answer.excerpt), secrets) } })
  }
}

function rowIds (claim: Claim, call: PlannedCall): string[] {
  const wanted = new Set(call.steps)
  const steps = claim.subject.kind === 'dossier' ? claim.subject.steps : []
  return steps.filter(({ step }) => wanted.has(step.id)).map(({ rowId }) => rowId)
}

/** What a call came to, with what it proves the partner to hold, as it is written. */
export function endedExchange (claim: Claim, { exchangeId, outcome }: Pick<CallResult, 'exchangeId' | 'outcome'>, progress: LaneProgress): EndedExchange {
  return { exchangeId, outcome, adapter: claim.lane.adapter, progress }
}

/** What a call proves the partner to hold. */
export function provenBy (claim: Claim, { call, outcome }: CallResult): LaneProgress {
  if (outcome.verdict !== 'done' || !isUpsert(claim, call)) return {}
  return { known: true, confirmedRevision: claim.head.revision }
}
