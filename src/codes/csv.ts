/** Code tables for spreadsheets; `src/base/csv.ts` reads them. */
import { stringify } from 'csv-stringify/sync'
import type { CodeRow } from './book.js'

const CSV_COLUMNS = ['local', 'partner', 'name', 'validFrom', 'validTo', 'successor'] as const

export function writeCsv (rows: readonly CodeRow[]): string {
  return stringify(rows.map(row => CSV_COLUMNS.map(column => row[column])), { header: true, columns: [...CSV_COLUMNS] })
}
