/** TraCuuHoSo, whichever way it is asked: is the dossier there, and what does the portal say it holds (contract §2.3)? */
import type { HttpAnswer } from '../../../src/adapter-kit/http.js'
import { differencesAt } from '../comparison.js'
import type { Outcome } from '../../../src/adapter-kit/contract/outcome.js'
import type { DeliverClient } from '../../../src/adapter-kit/contract/deliver.js'

export interface LookedUp {
  there: boolean
  answer: HttpAnswer | undefined
}

/** Throws for everything that is neither yes nor no. */
export function lookedUp ({ verdict, rule }: Outcome, answer: HttpAnswer | undefined): LookedUp {
  if (verdict === 'done' || verdict === 'missing') return { there: verdict === 'done', answer }
  throw new Error(`TraCuuHoSo gave no answer: ${rule}`)
}

export function asking (lookUp: (code: string, signal: AbortSignal) => Promise<LookedUp>): Pick<Required<DeliverClient>, 'exists' | 'compare'> {
  return {
    exists: async (code, signal) => (await lookUp(code, signal)).there,
    compare: async ({ message }, code, signal) => {
      const { there, answer } = await lookUp(code, signal)
      return { there, differences: there && answer !== undefined ? differencesAt(message, answer) : null }
    }
  }
}
