/** What is to be compared, as a program or as a spreadsheet asks for it: one schema judges both. Pure. */
import type { ReconciliationRequest } from '../model/dossier-types.js'
import { pointer, raise, type FindingKind } from '../model/findings.js'
import { atLine, readCsv } from '../base/csv.js'
import { asItem } from '../dossier/problems.js'
import { SCHEMA_KINDS } from '../dossier/schema-kinds.js'
import { createCheck, type Checked } from '../dossier/validate.js'
import type { ProblemItem } from '../base/problem.js'

export type RequestCheck = (document: unknown) => Checked<ReconciliationRequest>

/** A province's list of 200,000 dossiers. */
export const LIST_BYTES = 16 * 1024 * 1024
export const LIST_COLUMNS: readonly string[] = ['code', 'sourceVersion']
/** As many as the check of a schema tells. */
const MAX_ERRORS = 100

export function createRequestCheck (): RequestCheck {
  const check = createCheck<ReconciliationRequest>('reconciliation-request')
  return document => {
    const checked = check(document)
    return refusedBy([...checked.errors ?? [], ...repeatedDossiers(document)]) ?? checked
  }
}

/** A list in CSV, with what else is asked beside it. All problems are told at once, each with its line and column. */
export function checkCsvList (check: RequestCheck, text: string, scope: object): Checked<ReconciliationRequest> {
  const { header, rows, lines, errors } = readCsv(text)
  const dossiers = header.includes('code') ? rows.map(listedDossier) : []
  const checked = check({ ...scope, dossiers })
  const unread = header.length === 0 && errors.length > 0
  return refusedBy([
    ...errors,
    ...(unread ? [] : columnErrors(header, rows)),
    ...(checked.errors ?? []).map(error => atLine(error, lines))
  ]) ?? checked
}

function refusedBy (errors: readonly ProblemItem[]): { errors: ProblemItem[] } | undefined {
  return errors.length === 0 ? undefined : { errors: errors.slice(0, MAX_ERRORS) }
}

/** A version is a number to the schema; a text that is none stays one, so that the schema refuses it. */
function listedDossier ({ code, sourceVersion }: Record<string, string>): object {
  const version = sourceVersion !== undefined && /^(0|[1-9]\d*)$/.test(sourceVersion) ? Number(sourceVersion) : sourceVersion
  return Object.fromEntries(Object.entries({ code, sourceVersion: version }).filter(([, value]) => value !== undefined))
}

/** Told once a column, not once a line: 200,000 lines have them all. A column without name and without cells is none. */
function columnErrors (header: readonly string[], rows: ReadonlyArray<Record<string, string>>): ProblemItem[] {
  const unknown = new Set(header.filter(name => !LIST_COLUMNS.includes(name) && (name !== '' || rows.some(row => '' in row))))
  return [
    ...(header.includes('code') ? [] : [inHeader(SCHEMA_KINDS.missing, 'code')]),
    ...[...unknown].map(name => inHeader(SCHEMA_KINDS.unknown, name.slice(0, 80)))
  ]
}

function inHeader (kind: FindingKind, member: string): ProblemItem {
  const item = asItem(raise(kind, [], { member }))
  const columns = LIST_COLUMNS.join(', ')
  return { ...item, message: `Dòng 1 (tên cột: ${columns}): ${item.message}`, messageEn: `Line 1 (columns: ${columns}): ${item.messageEn}` }
}

/** Which of two versions would be meant is a matter of luck. */
function repeatedDossiers (document: unknown): ProblemItem[] {
  const { dossiers } = (document ?? {}) as { dossiers?: unknown }
  if (!Array.isArray(dossiers)) return []
  const seen = new Set<string>()
  return dossiers.flatMap((dossier: { code?: unknown } | null, index) => {
    const code = dossier?.code
    if (typeof code !== 'string') return []
    return seen.size === seen.add(code).size ? [{ ...TWICE, pointer: pointer('dossiers', index, 'code') }] : []
  })
}

const TWICE: Omit<ProblemItem, 'pointer'> = {
  code: 'dossier-repeated',
  message: 'Hồ sơ này đã có ở trên trong danh sách. Mỗi hồ sơ chỉ đứng một lần, với phiên bản mới nhất.',
  messageEn: 'This dossier stands in the list above already. Each stands once, with its newest version.'
}
