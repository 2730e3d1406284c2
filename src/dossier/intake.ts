/**
 * Intake: one transaction stores the revisions, their steps, the planned deliveries and the audit rows, or nothing. A single
 * push and a batch take the same statements. The lanes to ring are returned; they are rung after the commit.
 */
import type { Dossier, Progress } from '../model/dossier-types.js'
import { toHanoi } from '../model/dates.js'
import type { Finding } from '../model/findings.js'
import { present } from '../model/present.js'
import { recordAudit, type AuditEntry } from '../db/audit.js'
import { insertRevisions, knownSteps, lockDossiers, lockExistingDossier, OriginTaken, setSourceVersions, type NewRevision } from './dossiers.sql.js'
import type { RingableLane } from '../db/lanes.js'
import type { Tx } from '../db/open.js'
import type { DossierContent } from '../db/tables.js'
import { planDeliveries, supersedeOlder, type PlannedDelivery } from './planning.sql.js'
import type { Problem } from '../base/problem.js'
import { decide, dossierKeys, newestEvent, standingAfter, stepRow, type PushDecision, type Push, type Standing } from './decision.js'
import { refusedBefore } from './admission.js'
import { recordFiles } from './files.js'
import { recipients, type OriginRules } from './origin.js'
import { asItem, dossierNotFound, invalidDocument, originTaken } from './problems.js'
import { timesOutOfOrder } from './review/times.js'

export interface IntakeOptions {
  clientId: string
  /** Of the audit entries; undefined: the client. */
  actor?: string
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

/** A receipt, or why that push alone was refused. */
export type IntakeOutcome = Receipt | Problem

export interface AcceptedBatch {
  /** In the order of the pushes. */
  outcomes: IntakeOutcome[]
  lanes: RingableLane[]
}

/** Accepts a whole dossier, with any of its steps. */
export async function acceptDossier (tx: Tx, dossier: Dossier, options: IntakeOptions): Promise<Accepted> {
  return onlyOne(await acceptDossiers(tx, [dossier], options))
}

/** Accepts dossiers as if they had been pushed one after the other. */
export async function acceptDossiers (tx: Tx, dossiers: readonly Dossier[], options: IntakeOptions): Promise<AcceptedBatch> {
  const pushes = dossiers.map(({ progress = [], sourceVersion, ...state }): Push => ({ state, steps: progress, sourceVersion, stepsAt: 'progress' }))
  const refused = await refusedBefore(tx, pushes, options)
  const good = pushes.filter(push => !refused.has(push))
  const standings = await lockAll(tx, good, options)
  const outcomes = new Map<Push, IntakeOutcome>(refused)
  const lanes: RingableLane[] = []
  for (const round of roundsOf(good)) {
    const stored = await storeRound(tx, { pushes: round, standings }, options)
    round.forEach((push, index) => { outcomes.set(push, stored.outcomes[index] as IntakeOutcome) })
    lanes.push(...stored.lanes)
  }
  return { outcomes: pushes.map(push => outcomes.get(push) as IntakeOutcome), lanes }
}

/** Accepts steps, and what they make of the dossier's status, for a dossier that was pushed before. */
export async function acceptProgress (tx: Tx, { code, progress }: { code: string, progress: Progress }, options: IntakeOptions): Promise<Accepted> {
  const { steps, sourceVersion, ...changes } = progress
  const locked = await lockExistingDossier(tx, code)
  if (locked === undefined) throw dossierNotFound()
  const state = { ...withoutStatus(locked.content, changes), ...changes }
  const findings = orderFindings(state, changes)
  const push: Push = { state, steps, sourceVersion, stepsAt: 'steps' }
  const known = await knownSteps(tx, [{ dossierId: locked.id, stepIds: stepIds([push]) }])
  const standings = new Map([[code, { locked, known: known.get(locked.id) ?? new Map<string, Buffer>() }]])
  const accepted = onlyOne(await storeRound(tx, { pushes: [push], standings }, options))
  return { ...accepted, receipt: { ...accepted.receipt, findings } }
}

function onlyOne ({ outcomes: [outcome], lanes }: AcceptedBatch): Accepted {
  if (outcome === undefined) throw new Error('a push had no outcome')
  if (outcome instanceof Error) throw outcome
  return { receipt: outcome, lanes }
}

/** Pushed times against those the dossier has. What is wrong with the stored ones alone is not this push's fault. */
function orderFindings (state: DossierContent, changes: object): Finding[] {
  const findings = timesOutOfOrder(state).filter(({ pointer }) => Object.hasOwn(changes, pointer.slice(1)))
  const errors = findings.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw invalidDocument(errors.map(asItem))
  return findings
}

/** A status in one vocabulary ends the one in the other. */
function withoutStatus (state: DossierContent, { status, localStatus }: Pick<Progress, 'status' | 'localStatus'>): DossierContent {
  const { status: _, localStatus: __, ...rest } = state
  return status === undefined && localStatus === undefined ? state : rest
}

/** By dossier code. */
type Standings = Map<string, Standing>

/** All dossiers at once: locked round by round, two batches could wait for each other. */
async function lockAll (tx: Tx, pushes: readonly Push[], { clientId }: IntakeOptions): Promise<Standings> {
  const byCode = new Map<string, Push[]>()
  for (const push of pushes) byCode.set(push.state.code, [...byCode.get(push.state.code) ?? [], push])
  const locked = await lockDossiers(tx, clientId, [...byCode.values()].flatMap(([push]) => push === undefined ? [] : [{ ...dossierKeys(push.state), origin: push.state.origin }]))
    .catch((error: unknown) => { throw error instanceof OriginTaken && pushes.length === 1 ? originTaken() : error })
  const older = [...locked].filter(([, { inserted }]) => !inserted)
  // In a statement of its own: the one that waited for the locks has an older snapshot.
  const known = await knownSteps(tx, older.map(([code, { id }]) => ({ dossierId: id, stepIds: stepIds(byCode.get(code) ?? []) })))
  return new Map([...locked].map(([code, dossier]) => [code, { locked: dossier, known: known.get(dossier.id) ?? new Map<string, Buffer>() }]))
}

function stepIds (pushes: readonly Push[]): string[] {
  return pushes.flatMap(({ steps }) => steps.map(step => stepRow(step).stepId))
}

/** In order, cut where a dossier comes again: its second push must find the first one stored. */
function roundsOf (pushes: readonly Push[]): Push[][] {
  const rounds: Push[][] = []
  let codes = new Set<string>()
  for (const push of pushes) {
    if (rounds.length === 0 || codes.has(push.state.code)) {
      rounds.push([])
      codes = new Set()
    }
    rounds.at(-1)?.push(push)
    codes.add(push.state.code)
  }
  return rounds
}

interface Decided {
  push: Push
  locked: Standing['locked']
  decision: PushDecision
}

interface Revised extends Decided {
  decision: Extract<PushDecision, { kind: 'revision' }>
}

/** Stores what pushes of different dossiers come to, and moves their standings on. */
async function storeRound (tx: Tx, { pushes, standings }: { pushes: readonly Push[], standings: Standings }, options: IntakeOptions): Promise<AcceptedBatch> {
  const decided = pushes.map((push): Decided => {
    const standing = standings.get(push.state.code)
    if (standing === undefined) throw new Error('a pushed dossier is not locked')
    const decision = decide(push, standing)
    standings.set(push.state.code, standingAfter(push, decision, standing))
    return { push, locked: standing.locked, decision }
  })
  await keepAsTheyAre(tx, decided.filter(({ decision }) => decision.kind === 'unchanged'), options)
  const { planned, lanes } = await storeRevisions(tx, decided.filter((one): one is Revised => one.decision.kind === 'revision'), options)
  return { outcomes: decided.map(one => outcomeOf(one, planned)), lanes }
}

function actorOf ({ clientId, actor = `client:${clientId}` }: IntakeOptions): string {
  return actor
}

async function keepAsTheyAre (tx: Tx, unchanged: readonly Decided[], options: IntakeOptions): Promise<void> {
  await setSourceVersions(tx, unchanged.flatMap(({ push: { sourceVersion }, locked }) => sourceVersion === undefined ? [] : [{ dossierId: locked.id, sourceVersion }]))
  await recordAudit(tx, unchanged.map(({ push, locked }) => ({
    actor: actorOf(options), action: 'dossier.unchanged', dossierCode: push.state.code, details: { revision: locked.revision }
  })))
}

type Planned = Map<string, PlannedDelivery[]>

async function storeRevisions (tx: Tx, revised: readonly Revised[], options: IntakeOptions): Promise<{ planned: Planned, lanes: RingableLane[] }> {
  if (revised.length === 0) return { planned: new Map(), lanes: [] }
  await insertRevisions(tx, options.clientId, revised.map(newRevision))
  for (const { push, locked, decision } of revised) await recordFiles(tx, push.state, { dossierId: locked.id, revision: decision.revision })
  const actor = actorOf(options)
  const wanted = {
    work: revised.map(({ push: { state }, locked, decision }) => ({
      dossierId: locked.id, dossierCode: state.code, revision: decision.revision, adapters: recipients(options.adapters, state.origin, options.origins)
    })),
    actor,
    superseding: options.superseding,
    audit: revised.map(one => acceptedEntry(one, actor))
  }
  const { planned, lanes } = await planDeliveries(tx, wanted)
  const { superseded, lanes: freed } = await supersedeOlder(tx, wanted)
  await recordAudit(tx, superseded.map(({ id, adapter, dossierCode, revision, by }) => ({
    actor, action: 'delivery.superseded', dossierCode, deliveryId: id, adapter, details: { revision, by }
  })))
  return { planned, lanes: [...lanes, ...freed] }
}

function newRevision ({ push: { state, sourceVersion }, locked, decision }: Revised): NewRevision {
  return {
    dossierId: locked.id,
    revision: decision.revision,
    content: state,
    contentHash: decision.hash,
    sourceVersion,
    eventAt: newestEvent(state, decision.fresh),
    ...dossierKeys(state),
    dueAt: state.dueAt,
    steps: decision.fresh
  }
}

function acceptedEntry ({ push: { state, sourceVersion }, decision }: Revised, actor: string): AuditEntry {
  const { revision, fresh } = decision
  return { actor, action: 'dossier.accepted', dossierCode: state.code, details: { revision, newSteps: fresh.length, ...present({ sourceVersion }) } }
}

function outcomeOf ({ push, locked, decision }: Decided, planned: Planned): IntakeOutcome {
  if (decision.kind === 'refused') return decision.problem
  const unchanged = decision.kind === 'unchanged'
  return {
    code: push.state.code,
    revision: unchanged ? locked.revision : decision.revision,
    unchanged,
    newSteps: unchanged ? 0 : decision.fresh.length,
    deliveries: unchanged ? [] : (planned.get(locked.id) ?? []).map(({ id, adapter }) => ({ id, adapter, state: 'queued' })),
    findings: [],
    acceptedAt: toHanoi(new Date())
  }
}
