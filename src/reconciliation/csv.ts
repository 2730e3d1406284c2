/** The dossiers of a reconciliation as a spreadsheet reads them. */
import { stringify } from 'csv-stringify/sync'
import { toHanoi } from '../model/dates.js'
import type { ItemRow } from './reconciliations.sql.js'

const COLUMNS = ['code', 'agencyCode', 'receivedOn', 'listed', 'verdict', 'differences', 'checkedAt']

export function itemsCsv (items: readonly ItemRow[]): string {
  const rows = items.map(item => ({
    ...item,
    listed: item.listed ? 'yes' : 'no',
    differences: item.differences.join(' '),
    checkedAt: item.checkedAt === null ? '' : toHanoi(item.checkedAt)
  }))
  return stringify(rows, { header: true, columns: COLUMNS })
}
