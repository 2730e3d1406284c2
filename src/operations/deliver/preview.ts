/** What would be sent for a dossier, exactly, without sending or storing anything. */
import type { Finding } from '../../model/findings.js'
import type { CodeBook } from '../../codes/book.js'
import type { PreviewState } from './reading.sql.js'
import { mapDossier, type Mappable } from '../../adapters/mapping.js'
import type { ActiveAdapter } from '../../adapters/active-adapter.js'
import type { NumberedStep, PlannedCall, WireRequest } from '../../adapter-kit/contract/deliver.js'

export interface AdapterPreview {
  adapter: string
  /** In the order in which they would be sent; sessions and secrets replaced. */
  requests: Array<WireRequest & { operation: string }>
  findings: Finding[]
}

export interface PreviewInput {
  /** `steps` are those of the pushed document, with their ids. */
  pushed: Mappable
  state: PreviewState
  book: CodeBook
}

export function previewDossier (adapter: ActiveAdapter, { pushed, state, book }: PreviewInput): AdapterPreview {
  const { id } = adapter.manifest
  const steps = [...waitingSteps(state, id), ...pushed.steps.filter(step => !state.stepIds.includes(step.id))]
    .sort((a, b) => Date.parse(a.occurredAt) - Date.parse(b.occurredAt))
  const mapped = mapDossier(adapter, { ...pushed, steps }, book)
  const known = state.knownAt.includes(id)
  return {
    adapter: id,
    requests: mapped.calls.map(call => ({ operation: call.operation, ...adapter.client.describe(call, modeOf(adapter, call, known)) })),
    findings: mapped.findings
  }
}

function waitingSteps (state: PreviewState, adapter: string): NumberedStep[] {
  return state.unconfirmed.filter(row => row.adapter === adapter)
    .map(row => ({ ...row.content, id: row.step_id }))
}

function modeOf (adapter: ActiveAdapter, call: PlannedCall, known: boolean): 'create' | 'update' {
  return adapter.manifest.deliver.calls[call.operation]?.upsert === true && !known ? 'create' : 'update'
}
