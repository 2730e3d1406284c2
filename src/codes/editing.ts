/** Changing a code table: everything or nothing, in one transaction with an audit entry for every row. */
import type { CodeTable } from '../model/dossier-types.js'
import { recordAudit, type AuditEntry } from '../db/audit.js'
import { lockTable, writeCodes, type NewCode } from './codes.sql.js'
import type { Database, Executor } from '../db/open.js'
import type { ProblemItem } from '../base/problem.js'
import type { BookOwner } from './books.js'
import { checkOverlaps, checkRows, checkSize, planImport, toNewCode, type ImportMode, type ImportPlan } from './change.js'

export interface TableImport {
  owner: BookOwner
  table: string
  rows: CodeTable['rows']
  mode: ImportMode
  /** Count what would change, and change nothing. */
  dryRun: boolean
  actor: string
  /** Looks within the transaction for what the new rows unblock. */
  countUnblocked: (tx: Executor, adapter: string) => Promise<Unblocked>
}

/** Failed deliveries whose missing rows are all there now, and the filter that redrives them. */
export interface Unblocked {
  deliveries: number
  redrive: { adapter: string, unblocked: true }
}

export interface ImportResult {
  adapter: string
  table: string
  dryRun: boolean
  added: number
  changed: number
  removed: number
  unchanged: number
  unblocked: Unblocked
}

export type ImportOutcome = { result: ImportResult } | { errors: ProblemItem[] }

/** Raised to undo a transaction that only looked. */
class NothingWritten extends Error {}

export async function importTable (db: Database, request: TableImport): Promise<ImportOutcome> {
  const { owner, table } = request
  const declared = owner.manifest.codeTables?.[table] ?? { title: { vi: table, en: table } }
  const rows = request.rows.map(row => toNewCode(declared, row))
  const errors = checkRows(declared, rows)
  if (errors.length > 0) return { errors }
  let outcome: ImportOutcome | undefined
  try {
    await db.transaction().execute(async tx => {
      const stored = await lockTable(tx, owner.manifest.id, table)
      const plan = planImport(stored, rows, request.mode)
      const errors = [...checkSize(stored, plan), ...checkOverlaps(stored, plan)]
      if (errors.length > 0) outcome = { errors }
      if (outcome !== undefined) throw new NothingWritten()
      await writeCodes(tx, { adapter: owner.manifest.id, table, actor: request.actor, removed: plan.removed.map(({ id }) => id), written: writtenRows(plan) })
      await recordAudit(tx, auditOf(request, plan))
      outcome = { result: { ...counts(request, plan), unblocked: await request.countUnblocked(tx, owner.manifest.id) } }
      if (request.dryRun) throw new NothingWritten()
    })
  } catch (error) {
    if (!(error instanceof NothingWritten)) throw error
  }
  if (outcome === undefined) throw new Error('an import ends with counts or with errors')
  return outcome
}

function writtenRows ({ added, changed }: ImportPlan): Array<NewCode & { id?: string }> {
  return [...added, ...changed.map(({ id, after }) => ({ ...after, id }))]
}

function counts ({ owner, table, dryRun }: TableImport, { added, changed, removed, unchanged }: ImportPlan): Omit<ImportResult, 'unblocked'> {
  return { adapter: owner.manifest.id, table, dryRun, added: added.length, changed: changed.length, removed: removed.length, unchanged }
}

function auditOf ({ owner, table, actor }: TableImport, plan: ImportPlan): AuditEntry[] {
  const entry = (action: AuditEntry['action'], details: Record<string, unknown>): AuditEntry =>
    ({ actor, action, adapter: owner.manifest.id, details: { table, ...details } })
  return [
    ...plan.added.map(after => entry('codes.row-added', { after })),
    ...plan.changed.map(({ before, after }) => entry('codes.row-changed', { before, after })),
    ...plan.removed.map(({ id: _, ...before }) => entry('codes.row-removed', { before }))
  ]
}
