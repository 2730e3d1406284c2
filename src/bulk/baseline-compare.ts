/** A dossier of an import beside what is stored of it. Pure. */
import type { Dossier } from '../model/dossier-types.js'
import type { BaselineDossier, StoredDossier } from './baseline.sql.js'
import { Problem } from '../base/problem.js'
import { contentHash } from '../dossier/content.js'
import { checkOrder, dossierKeys, newestEvent, stepRow } from '../dossier/decision.js'
import { recipients, type OriginRules } from '../dossier/origin.js'

/** Who is told of dossiers. */
export interface Addressees {
  adapters: readonly string[]
  origins: OriginRules
}

/** The document as it is stored: steps apart, each once. */
export function baselineDossier ({ progress = [], sourceVersion, ...state }: Dossier, { adapters, origins }: Addressees): BaselineDossier {
  const steps = [...new Map(progress.map(step => stepRow(step)).map(row => [row.stepId, row])).values()]
  return {
    ...dossierKeys(state),
    sourceVersion,
    dueAt: state.dueAt,
    eventAt: newestEvent(state, steps),
    content: state,
    contentHash: contentHash(state),
    steps,
    origin: state.origin === undefined ? undefined : { adapter: state.origin.adapter, code: state.origin.code },
    adapters: recipients(adapters, state.origin, origins)
  }
}

/** `unchanged`: the newest stored revision is the same, and holds all of the steps. */
export type BaselineStanding = 'new' | 'unchanged' | 'already-known'

export function standing (dossier: BaselineDossier, stored: StoredDossier | undefined): BaselineStanding {
  if (stored === undefined) return 'new'
  const same = stored.content_hash.equals(dossier.contentHash) && dossier.steps.every(step => stored.steps[step.stepId] === step.contentHash.toString('hex'))
  return same ? 'unchanged' : 'already-known'
}

export interface SentToAdapter {
  adapter: string
  mode: 'create' | 'update'
  /** Steps that would go with it: those of the document that are new, and stored ones that the adapter has not confirmed. */
  steps: number
}

/** What a push of the dossier would send; `refused` has the code of the problem that would answer it. */
export type PushEffect = { kind: 'refused', code: string } | { kind: 'nothing' } | { kind: 'sent', to: SentToAdapter[] }

export function effectOfPush (dossier: BaselineDossier, stored: StoredDossier | undefined): PushEffect {
  const { adapters } = dossier
  if (stored === undefined) return { kind: 'sent', to: adapters.map(adapter => ({ adapter, mode: 'create', steps: dossier.steps.length })) }
  const unchanged = standing(dossier, stored) === 'unchanged'
  const refused = refusalOf(dossier, stored, unchanged)
  if (refused !== undefined) return { kind: 'refused', code: refused }
  if (unchanged) return { kind: 'nothing' }
  const fresh = dossier.steps.filter(step => !Object.hasOwn(stored.steps, step.stepId)).length
  return {
    kind: 'sent',
    to: adapters.map(adapter => ({
      adapter,
      mode: stored.known_at.includes(adapter) ? 'update' : 'create',
      steps: fresh + (stored.unconfirmed[adapter] ?? 0)
    }))
  }
}

/** In the order of intake: a changed step is found before a stale version. */
function refusalOf (dossier: BaselineDossier, stored: StoredDossier, unchanged: boolean): string | undefined {
  if (dossier.steps.some(step => Object.hasOwn(stored.steps, step.stepId) && stored.steps[step.stepId] !== step.contentHash.toString('hex'))) return 'step-changed'
  try {
    checkOrder(stored, dossier.sourceVersion, unchanged)
    return undefined
  } catch (error) {
    if (error instanceof Problem) return error.options.code
    throw error
  }
}
