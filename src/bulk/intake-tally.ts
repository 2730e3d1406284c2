/** The lines that answer a bulk intake. */
import type { Finding } from '../model/findings.js'
import type { BulkProgress } from './bulk-jobs.sql.js'
import type { ProblemItem } from '../base/problem.js'

export type BulkItem =
  | { type: 'item', line: number, dossierCode: string, status: 'accepted' | 'unchanged', revision: number, newSteps: number, findings: readonly Finding[] }
  /** `dossierCode` is null where the line has none that may be repeated. */
  | { type: 'item', line: number, dossierCode: string | null, status: 'rejected', errors: readonly ProblemItem[] }

export interface BulkCounts {
  /** Number of the last line that is stored; blank ones count. */
  lines: number
  accepted: number
  unchanged: number
  rejected: number
  /** Those that were new. */
  steps: number
  /** Of all lines up to that one, each with one line feed at its end. */
  bytes: number
  sha256: string
}

/** Lines that an earlier request of this import has stored. */
export interface BulkSkipped extends BulkCounts {
  type: 'skipped'
  importId: string
}

/** The last of all. Counts are those of the whole import, with what earlier requests have stored. */
export interface BulkSummary extends BulkCounts {
  type: 'summary'
  importId: string
  /** False: it broke off behind `lines`; the same body under the same id goes on there. */
  complete: boolean
  /** Why it broke off. */
  problem?: unknown
}

export type BulkLine = BulkItem | BulkSkipped | BulkSummary

export function countsOf ({ line, accepted, unchanged, rejected, steps, bytes, sha256 }: BulkProgress): BulkCounts {
  return { lines: line, accepted, unchanged, rejected, steps, bytes, sha256: sha256.toString('hex') }
}
