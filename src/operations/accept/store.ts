/**
 * Stores what a call brought, in the transaction of the whole call: the partner has one answer for all of it, so all of it is
 * stored or nothing. The intake is that of /v1.
 */
import type { Dossier, ProgressStep } from '../../model/dossier-types.js'
import { raise } from '../../model/findings.js'
import { knownCodes, lockExistingDossier } from '../../dossier/dossiers.sql.js'
import { recordIntakeNotes, type IntakeNote } from './intake-notes.sql.js'
import type { RingableLane } from '../../db/lanes.js'
import type { Tx } from '../../db/open.js'
import { acceptDossiers, acceptProgress, type IntakeOptions, type IntakeOutcome, type Receipt } from '../../dossier/intake.js'
import { ACCEPT_KINDS } from './kinds.js'
import type { ReadItem } from './reading.js'
import { Refused } from './refused.js'

export interface AcceptStoreOptions {
  intake: IntakeOptions
  adapter: string
  service: string
}

export type Mode = 'create' | 'update' | 'either'

/** Throws `Refused` for a create of what is there, also where it came to be there in this moment. */
export async function storeDossiers (tx: Tx, items: ReadonlyArray<ReadItem<Dossier>>, options: AcceptStoreOptions & { mode: Mode }): Promise<RingableLane[]> {
  const { mode } = options
  const known = mode === 'create' ? await knownCodes(tx, items.map(({ dossierCode }) => dossierCode)) : new Set<string>()
  if (known.size > 0) throw new Refused({ why: 'exists', codes: [...known] })
  const { outcomes, lanes } = await acceptDossiers(tx, items.map(({ document }) => document), options.intake)
  const accepted = items.map((item, index) => ({ item, receipt: receiptOf(outcomes[index]) }))
  const met = accepted.filter(({ receipt }) => mode === 'create' && !isNew(receipt)).map(({ item }) => item.dossierCode)
  if (met.length > 0) throw new Refused({ why: 'exists', codes: met })
  await note(tx, accepted.map(({ item, receipt }) => {
    const unknown = mode === 'update' && isNew(receipt)
    return { ...item, receipt, findings: unknown ? [...item.findings, raise(ACCEPT_KINDS.updateOfUnknown, [])] : item.findings }
  }), options)
  return lanes
}

/** One answer for the whole call: what refuses one dossier refuses all. */
function receiptOf (outcome: IntakeOutcome | undefined): Receipt {
  if (outcome === undefined) throw new Error('a dossier had no outcome')
  if (outcome instanceof Error) throw outcome
  return outcome
}

function isNew ({ revision, unchanged }: Receipt): boolean {
  return revision === 1 && !unchanged
}

export async function storeSteps (tx: Tx, items: ReadonlyArray<ReadItem<ProgressStep>>, options: AcceptStoreOptions): Promise<RingableLane[]> {
  const ordered = byCode(items)
  const lanes: RingableLane[] = []
  for (const code of new Set(ordered.map(({ dossierCode }) => dossierCode))) {
    const own = ordered.filter(({ dossierCode }) => dossierCode === code)
    const dossier = await lockExistingDossier(tx, code)
    if (dossier === undefined) throw new Refused({ why: 'missing', codes: [code] })
    const accepted = await acceptProgress(tx, { code, progress: { steps: own.map(({ document }) => document) as [ProgressStep, ...ProgressStep[]] } }, options.intake)
    const findings = own.flatMap(item => item.findings)
    const { status } = dossier.content
    const differs = status !== undefined && newest(own)?.status !== status
    const merged = {
      dossierCode: code,
      findings: differs ? [...findings, raise(ACCEPT_KINDS.stepStatusDiffers, [])] : findings,
      extensions: own.flatMap(({ extensions }) => extensions)
    }
    await note(tx, [{ ...merged, receipt: accepted.receipt }], options)
    lanes.push(...accepted.lanes)
  }
  return lanes
}

/** One order for all calls: two that bring the same dossiers wait for each other and never both. */
function byCode<T extends { dossierCode: string }> (items: readonly T[]): T[] {
  return [...items].sort((one, other) => compare(one.dossierCode, other.dossierCode))
}

function compare (one: string, other: string): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}

function newest (items: ReadonlyArray<ReadItem<ProgressStep>>): ProgressStep | undefined {
  return items.map(({ document }) => document).sort((one, other) => Date.parse(one.occurredAt) - Date.parse(other.occurredAt)).at(-1)
}

interface Noted extends Pick<IntakeNote, 'dossierCode' | 'findings' | 'extensions'> {
  receipt: Receipt
}

async function note (tx: Tx, items: readonly Noted[], { intake: { clientId }, adapter, service }: AcceptStoreOptions): Promise<void> {
  const notes = items.map(({ dossierCode, findings, extensions, receipt }) =>
    ({ dossierCode, revision: receipt.revision, clientId, adapter, service, findings: [...findings, ...receipt.findings], extensions }))
  await recordIntakeNotes(tx, notes.filter(({ findings, extensions }) => findings.length > 0 || extensions.length > 0))
}
