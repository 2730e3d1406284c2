/**
 * Units of one province that have accounts of their own at a partner (design §2.14): for their dossiers the adapter is
 * the same, with the unit's settings and a client of its own, so that logins, sessions and connections are apart.
 */
import { agencySegments } from '../model/codes.js'
import type { Dossier } from '../model/dossier-types.js'
import type { CodeBook } from '../codes/book.js'
import type { ActiveAdapter } from './active-adapter.js'

export interface UnitQuestion {
  dossier: Pick<Dossier, 'agency'>
  book: CodeBook
  /** Today, `yyyy-mm-dd`: the account is that of whoever answers for the dossier now. */
  on: string
}

/** The adapter as the dossier's unit uses it; the adapter itself where no unit with an account is meant. */
export function withAccountOf (adapter: ActiveAdapter, { dossier: { agency }, book, on }: UnitQuestion): ActiveAdapter {
  if (adapter.units.length === 0) return adapter
  // A merged unit's dossiers keep their code and are sent by its successor, unless the old account is still there.
  const successor = book.find('agency', agency.code, on)?.code
  const unit = nearest(adapter.units, agency.code) ?? (successor === undefined ? undefined : nearest(adapter.units, successor))
  return unit === undefined ? adapter : { ...adapter, account: unit.code, settings: unit.settings, client: unit.client }
}

/** The unit of the code, or the closest one above it. */
export function nearest<Unit extends { code: string }> (units: readonly Unit[], agency: string): Unit | undefined {
  const below = agencySegments(agency) ?? []
  return units.filter(({ code }) => isAbove(agencySegments(code) ?? [], below))
    .sort((a, b) => (agencySegments(b.code)?.length ?? 0) - (agencySegments(a.code)?.length ?? 0))[0]
}

function isAbove (upper: readonly string[], lower: readonly string[]): boolean {
  return upper.length > 0 && upper.every((segment, index) => segment === lower[index])
}
