/** Plans the calls of an attempt: those of the mapping, minus an upsert that the partner has already confirmed. */
import type { Finding } from '../../model/findings.js'
import { codeKey } from '../../codes/book.js'
import { codesOn } from '../../adapters/mapping.js'
import type { MissingCode } from '../../db/tables.js'
import { maskText } from '../../base/redaction.js'
import { isUpsert } from './call.js'
import type { Claim } from './claim.js'
import { mapSubject, type Looking } from './subject.js'
import type { Outcome } from '../../adapter-kit/contract/outcome.js'
import type { PlannedCall } from '../../adapter-kit/contract/deliver.js'

export type Plan = { calls: PlannedCall[], failure?: undefined } | { failure: Outcome, missing: MissingCode[] }

/** The calls that are still to be made, or why there can be none. */
export function planCalls (claim: Claim, looking: Looking): Plan {
  const mapped = mapSubject(claim.adapter, claim.subject, looking)
  const errors = mapped.findings.filter(finding => finding.severity === 'error')
  if (errors.length > 0) return { failure: mappingFailure(errors), missing: missingRows(claim, errors) }
  const confirmed = claim.lane.confirmedRevision >= claim.head.revision
  return { calls: mapped.calls.filter(call => !(confirmed && isUpsert(claim, call))) }
}

function mappingFailure (errors: readonly Finding[]): Outcome {
  const words = errors.slice(0, 5).map(error => `${error.pointer} ${error.code}: ${error.message} ${error.cure ?? ''}`.trim()).join(' | ')
  const code = errors.every(({ missing }) => missing !== undefined) ? 'code-unmapped' : 'mapping-failed'
  return { verdict: 'refused', rule: `mapping.${errors[0]?.code ?? 'error'}`, code, words: maskText(words) }
}

/** Only where nothing else is wrong: a redrive after the rows are there must not fail for the other reason. */
function missingRows ({ adapter, subject }: Claim, errors: readonly Finding[]): MissingCode[] {
  if (subject.kind === 'notification') return []
  const rows = errors.flatMap(({ missing }) => missing === undefined ? [] : [missing])
  if (rows.length < errors.length) return []
  const keyed = rows.map(({ table, code }) => ({ table, code: codeKey(adapter.manifest.codeTables?.[table], code), on: codesOn(subject.dossier) }))
  return [...new Map(keyed.map(row => [`${row.table} ${row.code}`, row])).values()]
}
