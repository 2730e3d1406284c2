/**
 * Stores what a call brought, in the transaction of the whole call: the partner has one answer for all of it, so all of it is
 * stored or nothing. The intake is that of /v1.
 */
import type { Dossier, ProgressStep } from '../adapter-kit/dossier-types.js'
import { raise } from '../adapter-kit/findings.js'
import { lockExistingDossier } from '../db/dossiers.js'
import { recordIntakeNote, type IntakeNote } from '../db/intake-notes.js'
import type { RingableLane } from '../db/lanes.js'
import type { Tx } from '../db/open.js'
import { acceptDossier, acceptProgress, type Accepted, type IntakeOptions } from '../dossier/intake.js'
import { ACCEPT_KINDS } from './kinds.js'
import type { ReadItem } from './reading.js'
import { Refused } from './refused.js'

export interface StoreOptions {
  intake: IntakeOptions
  adapter: string
  service: string
}

export type Mode = 'create' | 'update' | 'either'

/** Throws `Refused` for a create of what is there, also where it came to be there in this moment. */
export async function storeDossiers (tx: Tx, items: ReadonlyArray<ReadItem<Dossier>>, options: StoreOptions & { mode: Mode }): Promise<RingableLane[]> {
  const ordered = byCode(items)
  const lanes: RingableLane[] = []
  for (const item of ordered) {
    const known = await lockExistingDossier(tx, item.dossierCode) !== undefined
    if (known && options.mode === 'create') throw new Refused({ why: 'exists', codes: [item.dossierCode] })
    const accepted = await acceptDossier(tx, item.document, options.intake)
    const isNew = accepted.receipt.revision === 1 && !accepted.receipt.unchanged
    if (!isNew && options.mode === 'create') throw new Refused({ why: 'exists', codes: [item.dossierCode] })
    const findings = isNew && options.mode === 'update' ? [...item.findings, raise(ACCEPT_KINDS.updateOfUnknown, [])] : item.findings
    await note(tx, { ...item, findings }, { ...options, accepted })
    lanes.push(...accepted.lanes)
  }
  return lanes
}

export async function storeSteps (tx: Tx, items: ReadonlyArray<ReadItem<ProgressStep>>, options: StoreOptions): Promise<RingableLane[]> {
  const ordered = byCode(items)
  const lanes: RingableLane[] = []
  for (const code of new Set(ordered.map(({ dossierCode }) => dossierCode))) {
    const own = ordered.filter(({ dossierCode }) => dossierCode === code)
    const dossier = await lockExistingDossier(tx, code)
    if (dossier === undefined) throw new Refused({ why: 'missing', codes: [code] })
    const accepted = await acceptProgress(tx, { code, progress: { steps: own.map(({ document }) => document) as [ProgressStep, ...ProgressStep[]] } }, options.intake)
    const findings = own.flatMap(item => item.findings)
    const { status } = dossier.content as { status?: string }
    const differs = status !== undefined && newest(own)?.status !== status
    const merged = {
      dossierCode: code,
      findings: differs ? [...findings, raise(ACCEPT_KINDS.stepStatusDiffers, [])] : findings,
      extensions: own.flatMap(({ extensions }) => extensions)
    }
    await note(tx, merged, { ...options, accepted })
    lanes.push(...accepted.lanes)
  }
  return lanes
}

/** One order for all calls: two that bring the same dossiers wait for each other and never both. */
function byCode<T extends { dossierCode: string }> (items: readonly T[]): T[] {
  return [...items].sort((one, other) => one.dossierCode < other.dossierCode ? -1 : one.dossierCode > other.dossierCode ? 1 : 0)
}

function newest (items: ReadonlyArray<ReadItem<ProgressStep>>): ProgressStep | undefined {
  return items.map(({ document }) => document).sort((one, other) => Date.parse(one.occurredAt) - Date.parse(other.occurredAt)).at(-1)
}

async function note (tx: Tx, item: Pick<IntakeNote, 'dossierCode' | 'findings' | 'extensions'>, { accepted: { receipt }, intake, adapter, service }: StoreOptions & { accepted: Accepted }): Promise<void> {
  const findings = [...item.findings, ...receipt.findings]
  if (findings.length === 0 && item.extensions.length === 0) return
  await recordIntakeNote(tx, { dossierCode: item.dossierCode, revision: receipt.revision, clientId: intake.clientId, adapter, service, findings, extensions: item.extensions })
}
