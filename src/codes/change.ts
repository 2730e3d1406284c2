/** What an import would do to a code table, and what forbids it. Pure. */
import type { CodeTableRow } from '../model/dossier-types.js'
import { pointer } from '../model/findings.js'
import type { NewCode, StoredCode } from './codes.sql.js'
import type { ProblemItem } from '../base/problem.js'
import { codeKey } from './book.js'
import type { ManifestCodeTable } from '../adapter-kit/manifest.js'

/** `merge` leaves rows that the import does not mention; `replace` makes the table what the import says. */
export type ImportMode = 'merge' | 'replace'

export interface ImportPlan {
  added: NewCode[]
  changed: Array<{ id: string, before: NewCode, after: NewCode }>
  removed: StoredCode[]
  unchanged: number
}

/** A row is known by its code and its first day: another day is another row. */
export function planImport (stored: readonly StoredCode[], wanted: readonly NewCode[], mode: ImportMode): ImportPlan {
  const before = new Map(stored.map(row => [identity(row), row]))
  const plan: ImportPlan = { added: [], changed: [], removed: [], unchanged: 0 }
  for (const row of wanted) {
    const old = before.get(identity(row))
    before.delete(identity(row))
    if (old === undefined) plan.added.push(row)
    else if (sameRow(old, row)) plan.unchanged++
    else plan.changed.push({ id: old.id, before: asNew(old), after: row })
  }
  if (mode === 'replace') plan.removed = [...before.values()]
  return plan
}

export function toNewCode (table: ManifestCodeTable, row: CodeTableRow): NewCode {
  return {
    local: row.local,
    key: codeKey(table, row.local),
    partner: row.partner,
    name: row.name ?? null,
    validFrom: row.validFrom ?? null,
    validTo: row.validTo ?? null,
    successor: row.successor ?? null
  }
}

/** What is wrong with rows by themselves: nothing of the import is taken then. */
export function checkRows (table: ManifestCodeTable, rows: readonly NewCode[]): ProblemItem[] {
  const form = table.partnerForm === undefined || table.inferred === true ? undefined : new RegExp(table.partnerForm, 'u')
  const seen = new Set<string>()
  return rows.flatMap((row, index) => {
    const twice = seen.has(identity(row))
    seen.add(identity(row))
    return [
      ...(twice ? [problem([index, 'local'], TWICE)] : []),
      ...(row.validFrom !== null && row.validTo !== null && row.validTo <= row.validFrom ? [problem([index, 'validTo'], DAYS)] : []),
      ...(form !== undefined && !form.test(row.partner) ? [problem([index, 'partner'], FORM)] : []),
      ...(row.successor !== null && row.validTo === null ? [problem([index, 'successor'], SUCCESSOR)] : [])
    ]
  })
}

/** Every process holds the tables in memory. */
const MAX_ROWS = 50_000

export function checkSize (stored: readonly StoredCode[], { added, removed }: ImportPlan): ProblemItem[] {
  return stored.length + added.length - removed.length > MAX_ROWS ? [problem([], TOO_LARGE)] : []
}

/** Two rows of one code must not hold on one day: which of them is meant would be a matter of luck. */
export function checkOverlaps (stored: readonly StoredCode[], plan: ImportPlan): ProblemItem[] {
  const gone = new Set([...plan.removed.map(({ id }) => id), ...plan.changed.map(({ id }) => id)])
  const all: NewCode[] = [...stored.filter(({ id }) => !gone.has(id)), ...plan.changed.map(({ after }) => after), ...plan.added]
  const sorted = all.sort((a, b) => sortKey(a) < sortKey(b) ? -1 : 1)
  return sorted.filter((row, index) => overlaps(sorted[index - 1], row)).map(({ local, validFrom }) => problem([], overlap(local, validFrom)))
}

function sortKey ({ key, validFrom }: NewCode): string {
  return `${key} ${validFrom ?? ''}`
}

function overlaps (earlier: NewCode | undefined, later: NewCode): boolean {
  return earlier?.key === later.key && (earlier.validTo === null || later.validFrom === null || earlier.validTo > later.validFrom)
}

function identity ({ key, validFrom }: Pick<NewCode, 'key' | 'validFrom'>): string {
  return JSON.stringify([key, validFrom])
}

function sameRow (one: NewCode, other: NewCode): boolean {
  return JSON.stringify(asNew(one)) === JSON.stringify(asNew(other))
}

function asNew ({ local, key, partner, name, validFrom, validTo, successor }: NewCode): NewCode {
  return { local, key, partner, name, validFrom, validTo, successor }
}

type Words = Omit<ProblemItem, 'pointer'>

function problem (path: ReadonlyArray<string | number>, words: Words): ProblemItem {
  return { ...words, pointer: path.length === 0 ? '' : pointer('rows', ...path) }
}

const TWICE: Words = {
  code: 'code-row-repeated',
  message: 'Mã này với ngày bắt đầu này đã có ở dòng trên. Bỏ một trong hai dòng.',
  messageEn: 'This code with this first day stands above already. Take one of the rows out.'
}

const DAYS: Words = {
  code: 'code-row-days',
  message: 'Ngày hết hiệu lực phải sau ngày bắt đầu.',
  messageEn: 'The day it ends must be after the day it begins.'
}

const FORM: Words = {
  code: 'code-row-form',
  message: 'Mã của bên nhận không đúng dạng của bảng này. Kiểm tra có đảo hai cột local và partner không.',
  messageEn: 'The partner\'s code has not the form of this table. See whether the columns local and partner are swapped.'
}

const SUCCESSOR: Words = {
  code: 'code-row-successor',
  message: 'Mã kế thừa chỉ có nghĩa khi dòng có ngày hết hiệu lực (validTo).',
  messageEn: 'A successor means something only where the row ends (validTo).'
}

const TOO_LARGE: Words = {
  code: 'code-table-too-large',
  message: `Bảng sẽ có hơn ${MAX_ROWS} dòng. Bỏ các dòng không dùng nữa (mode=replace).`,
  messageEn: `The table would have more than ${MAX_ROWS} rows. Take out those that are not used any more (mode=replace).`
}

function overlap (local: string, validFrom: string | null): Words {
  return {
    code: 'code-row-overlap',
    message: `Mã "${local}" (từ ${validFrom ?? 'trước đến nay'}) trùng thời gian hiệu lực với một dòng khác của cùng mã. Đặt validTo cho dòng cũ.`,
    messageEn: `The code "${local}" (from ${validFrom ?? 'ever'}) holds on days on which another of its rows holds. Give the older row a validTo.`
  }
}
