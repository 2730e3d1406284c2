/** What a push comes to, beside what is stored of its dossier. Pure. */
import type { ProgressStep } from '../model/dossier-types.js'
import { raise, type Finding } from '../model/findings.js'
import type { LockedDossier, StepRow } from './dossiers.sql.js'
import type { DossierContent } from '../db/tables.js'
import { Problem } from '../base/problem.js'
import { contentHash, derivedStepId } from './content.js'
import { originChange } from './origin.js'
import { asItem, invalidDocument, sourceVersionReused, staleRevision, stepChanged } from './problems.js'
import { STEP_KINDS } from './review/step-kinds.js'

export interface Push {
  state: DossierContent
  steps: readonly ProgressStep[]
  sourceVersion: number | undefined
  /** Member of the pushed document that holds the steps, for pointers. */
  stepsAt: string
}

/** A locked dossier with the hashes of its steps, of those at least that pushes speak of. */
export interface Standing {
  locked: LockedDossier
  known: ReadonlyMap<string, Buffer>
}

export type PushDecision =
  | { kind: 'refused', problem: Problem }
  | { kind: 'unchanged' }
  | { kind: 'revision', revision: number, hash: Buffer, fresh: readonly StepRow[] }

export function decide (push: Push, { locked, known }: Standing): PushDecision {
  try {
    if (!locked.inserted) refuseIfAny(originChange(locked.origin ?? undefined, push.state.origin))
    const hash = contentHash(push.state)
    const fresh = newSteps(push, known)
    const unchanged = !locked.inserted && locked.content_hash.equals(hash) && fresh.length === 0
    checkOrder(locked, push.sourceVersion, unchanged)
    return unchanged ? { kind: 'unchanged' } : { kind: 'revision', revision: locked.revision + 1, hash, fresh }
  } catch (error) {
    if (error instanceof Problem) return { kind: 'refused', problem: error }
    throw error
  }
}

export function refuseIfAny (errors: readonly Finding[]): void {
  if (errors.length > 0) throw invalidDocument(errors.map(asItem))
}

/** What is stored once the decision is carried out. */
export function standingAfter ({ sourceVersion }: Push, decision: PushDecision, { locked, known }: Standing): Standing {
  if (decision.kind === 'refused') return { locked, known }
  const current = { ...locked, source_version: sourceVersion === undefined ? locked.source_version : String(sourceVersion) }
  if (decision.kind === 'unchanged') return { locked: current, known }
  return {
    locked: { ...current, revision: decision.revision, content_hash: decision.hash, inserted: false },
    known: new Map([...known, ...decision.fresh.map(step => [step.stepId, step.contentHash] as const)])
  }
}

/** Refuses what is older than what is stored (design §2.6): a late retransmission must not undo a newer state. */
export function checkOrder (locked: Pick<LockedDossier, 'source_version'>, sourceVersion: number | undefined, unchanged: boolean): void {
  if (sourceVersion === undefined || locked.source_version === null) return
  const given = BigInt(sourceVersion)
  const stored = BigInt(locked.source_version)
  if (given < stored) throw staleRevision(locked.source_version, sourceVersion)
  if (given === stored && !unchanged) throw sourceVersionReused(sourceVersion)
}

function newSteps ({ steps, stepsAt }: Push, known: ReadonlyMap<string, Buffer>): StepRow[] {
  const rows = new Map(steps.map(stepRow).map((row, index) => [row.stepId, { row, index }]))
  const changed = [...rows.values()].filter(({ row }) => known.get(row.stepId)?.equals(row.contentHash) === false)
  if (changed.length > 0) {
    throw stepChanged(changed.map(({ index }) => asItem(raise(STEP_KINDS.changed, [stepsAt, index]))))
  }
  return [...rows.values()].map(({ row }) => row).filter(row => !known.has(row.stepId))
}

export function stepRow (step: ProgressStep): StepRow {
  const { id, ...content } = step
  return { stepId: id ?? derivedStepId(content), occurredAt: step.occurredAt, content, contentHash: contentHash(content) }
}

export function dossierKeys (state: DossierContent): { code: string, agencyCode: string, procedureCode: string } {
  return { code: state.code, agencyCode: state.agency.code, procedureCode: state.procedure.code }
}

/** Newest time the revision speaks of; lateness is measured from there (design §2.15). */
export function newestEvent (state: DossierContent, steps: readonly StepRow[]): Date {
  const times = [state.receivedAt, state.finishedAt, state.returnedAt, state.refusedAt, ...steps.map(step => step.occurredAt)]
  return new Date(Math.max(...times.filter(time => time !== undefined).map(time => Date.parse(time))))
}
