/** Whether a failure speaks of one dossier or of the partner. Pure. */
import type { Outcome } from '../adapter-kit/contract/outcome.js'

/** Statuses that speak of the partner or of something before it, not of what was sent. */
const OUTAGE_STATUSES = [408, 425, 429, 502, 503, 504]

/** An answer that another dossier might not have got. No answer, throttling and gateway errors are an outage. */
export function concernsThisDossier (outcome: Outcome): boolean {
  if (outcome.answer === undefined) return false
  return outcome.verdict === 'uncertain' && !OUTAGE_STATUSES.includes(outcome.answer.status)
}
