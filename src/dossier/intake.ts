/**
 * Intake: one transaction stores the revision, its steps, the planned deliveries and the audit rows, or nothing.
 * The lanes to ring are returned; they are rung after the commit.
 */
import type { Dossier, Progress, ProgressStep } from '../adapter-kit/dossier-types.js'
import { toHanoi } from '../adapter-kit/dates.js'
import { raise, type Finding } from '../adapter-kit/findings.js'
import { recordAudit, type AuditEntry } from '../db/audit.js'
import { insertRevision, knownSteps, lockDossier, lockExistingDossier, OriginTaken, setSourceVersion, type LockedDossier, type StepRow } from '../db/dossiers.js'
import type { RingableLane } from '../db/lanes.js'
import type { Tx } from '../db/open.js'
import { planDeliveries, supersedeOlder, type PlannedDelivery } from '../db/planning.js'
import { contentHash, derivedStepId } from './content.js'
import { originChange, originFindings, recipients, type OriginRules } from './origin.js'
import { checkFiles, recordFiles } from './files.js'
import { asItem, dossierNotFound, invalidDocument, originTaken, sourceVersionReused, staleRevision, stepChanged } from './problems.js'
import { STEP_KINDS } from './review/step-kinds.js'
import { timesOutOfOrder } from './review/times.js'

export interface IntakeOptions {
  clientId: string
  adapters: readonly string[]
  superseding: readonly string[]
  origins: OriginRules
}

export interface Receipt {
  code: string
  revision: number
  /** True when the push changed nothing: no revision was made and nothing is sent. */
  unchanged: boolean
  /** Steps that were new. */
  newSteps: number
  deliveries: Array<{ id: string, adapter: string, state: 'queued' }>
  /** What only the stored state shows; the caller adds what the document itself shows. */
  findings: Finding[]
  acceptedAt: string
}

export interface Accepted {
  receipt: Receipt
  lanes: RingableLane[]
}

export type DossierState = Omit<Dossier, 'progress' | 'sourceVersion'>

/** Accepts a whole dossier, with any of its steps. */
export async function acceptDossier (tx: Tx, dossier: Dossier, options: IntakeOptions): Promise<Accepted> {
  const { progress = [], sourceVersion, ...state } = dossier
  refuseIfAny(originFindings(state.origin, options.origins))
  const locked = await lockDossier(tx, { ...dossierKeys(state), clientId: options.clientId, origin: state.origin })
    .catch((error: unknown) => { throw error instanceof OriginTaken ? originTaken() : error })
  if (!locked.inserted) refuseIfAny(originChange(locked.origin ?? undefined, state.origin))
  return storeRevision(tx, { locked, state, steps: progress, sourceVersion, stepsAt: 'progress' }, options)
}

function refuseIfAny (errors: readonly Finding[]): void {
  if (errors.length > 0) throw invalidDocument(errors.map(asItem))
}

/** Accepts steps, and what they make of the dossier's status, for a dossier that was pushed before. */
export async function acceptProgress (tx: Tx, { code, progress }: { code: string, progress: Progress }, options: IntakeOptions): Promise<Accepted> {
  const { steps, sourceVersion, ...changes } = progress
  const locked = await lockExistingDossier(tx, code)
  if (locked === undefined) throw dossierNotFound()
  const state = { ...withoutStatus(locked.content as unknown as DossierState, changes), ...changes }
  const findings = orderFindings(state, changes)
  const accepted = await storeRevision(tx, { locked, state, steps, sourceVersion, stepsAt: 'steps' }, options)
  return { ...accepted, receipt: { ...accepted.receipt, findings } }
}

/** Pushed times against those the dossier has. What is wrong with the stored ones alone is not this push's fault. */
function orderFindings (state: DossierState, changes: object): Finding[] {
  const findings = timesOutOfOrder(state).filter(({ pointer }) => Object.hasOwn(changes, pointer.slice(1)))
  const errors = findings.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw invalidDocument(errors.map(asItem))
  return findings
}

/** A status in one vocabulary ends the one in the other. */
function withoutStatus (state: DossierState, { status, localStatus }: Pick<Progress, 'status' | 'localStatus'>): DossierState {
  const { status: _, localStatus: __, ...rest } = state
  return status === undefined && localStatus === undefined ? state : rest
}

interface Push {
  locked: LockedDossier
  state: DossierState
  steps: readonly ProgressStep[]
  sourceVersion: number | undefined
  /** Member of the pushed document that holds the steps, for pointers. */
  stepsAt: string
}

async function storeRevision (tx: Tx, push: Push, options: IntakeOptions): Promise<Accepted> {
  const { locked, state, sourceVersion } = push
  const hash = contentHash(state)
  const fresh = await newSteps(tx, push)
  const unchanged = !locked.inserted && locked.content_hash.equals(hash) && fresh.length === 0
  checkOrder(locked, sourceVersion, unchanged)
  if (unchanged) return keepAsItIs(tx, push, options)
  const revision = locked.revision + 1
  await checkFiles(tx, state, options.clientId)
  await insertRevision(tx, {
    dossierId: locked.id,
    revision,
    content: state as unknown as Record<string, unknown>,
    contentHash: hash,
    sourceVersion,
    clientId: options.clientId,
    eventAt: newestEvent(state, fresh),
    ...dossierKeys(state),
    dueAt: state.dueAt
  }, fresh)
  await recordFiles(tx, state, { dossierId: locked.id, revision })
  return plan(tx, { push, revision, newSteps: fresh.length }, options)
}

/** Refuses what is older than what is stored (design §2.6): a late retransmission must not undo a newer state. */
export function checkOrder (locked: Pick<LockedDossier, 'source_version'>, sourceVersion: number | undefined, unchanged: boolean): void {
  if (sourceVersion === undefined || locked.source_version === null) return
  const given = BigInt(sourceVersion)
  const stored = BigInt(locked.source_version)
  if (given < stored) throw staleRevision(locked.source_version, sourceVersion)
  if (given === stored && !unchanged) throw sourceVersionReused(sourceVersion)
}

async function newSteps (tx: Tx, { locked, steps, stepsAt }: Push): Promise<StepRow[]> {
  const rows = new Map(steps.map((step, index) => [stepRow(step).stepId, { row: stepRow(step), index }]))
  const known = locked.inserted ? new Map<string, Buffer>() : await knownSteps(tx, locked.id, [...rows.keys()])
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

export function dossierKeys (state: DossierState): { code: string, agencyCode: string, procedureCode: string } {
  return { code: state.code, agencyCode: state.agency.code, procedureCode: state.procedure.code }
}

/** Newest time the revision speaks of; lateness is measured from there (design §2.15). */
export function newestEvent (state: DossierState, steps: readonly StepRow[]): Date {
  const times = [state.receivedAt, state.finishedAt, state.returnedAt, state.refusedAt, ...steps.map(step => step.occurredAt)]
  return new Date(Math.max(...times.filter(time => time !== undefined).map(time => Date.parse(time))))
}

async function keepAsItIs (tx: Tx, { locked, state, sourceVersion }: Push, options: IntakeOptions): Promise<Accepted> {
  if (sourceVersion !== undefined) await setSourceVersion(tx, locked.id, sourceVersion)
  await recordAudit(tx, [{ actor: `client:${options.clientId}`, action: 'dossier.unchanged', dossierCode: state.code, details: { revision: locked.revision } }])
  return { receipt: receipt(state.code, { revision: locked.revision, unchanged: true, newSteps: 0, planned: [] }), lanes: [] }
}

interface Stored {
  push: Push
  revision: number
  newSteps: number
}

async function plan (tx: Tx, { push, revision, newSteps }: Stored, options: IntakeOptions): Promise<Accepted> {
  const { locked, state, sourceVersion } = push
  const base = { actor: `client:${options.clientId}`, dossierCode: state.code }
  const accepted: AuditEntry = { ...base, action: 'dossier.accepted', details: { revision, newSteps, ...(sourceVersion === undefined ? {} : { sourceVersion }) } }
  const wanted = { ...base, dossierId: locked.id, revision, adapters: recipients(options.adapters, state.origin, options.origins), superseding: options.superseding, audit: [accepted] }
  const { planned, lanes } = await planDeliveries(tx, wanted)
  const { superseded, lanes: freed } = await supersedeOlder(tx, wanted)
  await recordAudit(tx, superseded.map(old => ({
    ...base, action: 'delivery.superseded', deliveryId: old.id, adapter: old.adapter, details: { revision: old.revision, by: revision }
  })))
  return { receipt: receipt(state.code, { revision, unchanged: false, newSteps, planned }), lanes: [...lanes, ...freed] }
}

function receipt (code: string, of: { revision: number, unchanged: boolean, newSteps: number, planned: readonly PlannedDelivery[] }): Receipt {
  return {
    code,
    revision: of.revision,
    unchanged: of.unchanged,
    newSteps: of.newSteps,
    deliveries: of.planned.map(({ id, adapter }) => ({ id, adapter, state: 'queued' })),
    findings: [],
    acceptedAt: toHanoi(new Date())
  }
}
