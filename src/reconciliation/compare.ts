/** One dossier against its partner: what we would send against what the partner says it holds. */
import { toHanoi } from '../model/dates.js'
import type { CodeBook } from '../codes/book.js'
import type { CheckedItem, OpenItem } from './reconciliations.sql.js'
import { mapDossier } from '../adapters/mapping.js'
import { unsignedLink } from '../files/links.js'
import { withAccountOf } from '../adapters/accounts.js'
import type { ActiveAdapter } from '../adapters/active-adapter.js'
import type { LimitedLog } from '../base/log.js'
import type { PlannedCall } from '../adapter-kit/contract/deliver.js'

export interface ComparisonQuestion {
  adapter: ActiveAdapter
  book: CodeBook
  item: OpenItem
  now: Date
  signal: AbortSignal
  log: LimitedLog
}

/** Asks once. A partner that does not answer gives no verdict: silence is neither "missing" nor "fine". */
export async function compareWithPartner ({ adapter, book, item, now, signal, log }: ComparisonQuestion): Promise<CheckedItem> {
  const dossier = item.content
  const unit = withAccountOf(adapter, { dossier, book, on: toHanoi(now).slice(0, 10) })
  const expected = upsertOf(unit, mapDossier(unit, { dossier, steps: [], fileLink: unsignedLink }, book).calls)
  try {
    return verdictOf(item.code, expected === undefined || unit.client.compare === undefined
      ? { there: await unit.client.exists(item.code, signal), differences: null }
      : await unit.client.compare(expected, item.code, signal))
  } catch (error) {
    // By its name alone: a defect's message may quote the dossier. A line for each would flood the log in an outage.
    log('reconciliation.unanswered', { adapter: adapter.manifest.id, error: (error as Error).name })
    return { code: item.code, verdict: null, differences: [] }
  }
}

function upsertOf ({ manifest }: ActiveAdapter, calls: readonly PlannedCall[]): PlannedCall | undefined {
  return calls.find(({ operation }) => manifest.deliver.calls[operation]?.upsert === true)
}

/** Members in `differences` are null where the partner tells only whether it has the dossier. */
function verdictOf (code: string, held: { there: boolean, differences: readonly string[] | null }): CheckedItem {
  if (!held.there) return { code, verdict: 'missing-there', differences: [] }
  if (held.differences === null) return { code, verdict: 'not-comparable', differences: [] }
  return { code, verdict: held.differences.length === 0 ? 'matches' : 'stale-there', differences: held.differences }
}
