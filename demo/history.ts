/** The revisions that a dossier went through, as the fixtures say and without asking the gateway's store. */
import type { Dossier, ProgressStep } from '../src/model/dossier-types.js'
import type { Push } from './fixtures.js'
import type { Pushed } from './push.js'

export interface Revision {
  number: number
  state: Dossier
  /** Every step up to this revision, each once. */
  steps: ProgressStep[]
}

export interface History {
  code: string
  revisions: Revision[]
}

export function historiesOf (pushed: readonly Pushed[]): History[] {
  const histories = new Map<string, History>()
  for (const { push, revision } of pushed) {
    if (revision === undefined) continue
    const history = histories.get(push.code) ?? { code: push.code, revisions: [] }
    histories.set(push.code, history)
    history.revisions.push(nextRevision(history.revisions.at(-1), push, revision))
  }
  return [...histories.values()]
}

function nextRevision (before: Revision | undefined, push: Push, number: number): Revision {
  const known = before?.steps ?? []
  if (push.to === 'dossier') {
    const { progress = [], ...state } = push.body
    return { number, state, steps: withNew(known, progress) }
  }
  if (before === undefined) throw new Error(`${push.code}: progress of a dossier that was not pushed`)
  const { steps, sourceVersion: _, ...changes } = push.body
  return { number, state: { ...withoutStatus(before.state, changes), ...changes }, steps: withNew(known, steps) }
}

/** A status in one vocabulary ends the one in the other. */
function withoutStatus (state: Dossier, changes: Pick<Dossier, 'status' | 'localStatus'>): Dossier {
  if (changes.status === undefined && changes.localStatus === undefined) return state
  const { status: _, localStatus: __, ...rest } = state
  return rest
}

function withNew (known: readonly ProgressStep[], pushed: readonly ProgressStep[]): ProgressStep[] {
  const seen = new Set(known.map(identity))
  return [...known, ...pushed.filter(step => !seen.has(identity(step)))]
}

function identity (step: ProgressStep): string {
  return step.id ?? JSON.stringify(step)
}
