// The demo's own reading of the code tables must find what docs/codes.md says, and agree with the gateway's.
import { readFileSync } from 'node:fs'
import t from 'tap'
import { nationalDossier, nationalStep } from '../../demo/expected.js'
import { allTables, firstTables, laterTables, sayOn, type Row } from '../../demo/tables.js'
import { createCodeBook } from '../../src/codes/book.js'
import { aDossier, aStep } from '../support/dossiers.js'

const tables = allTables()
const BEFORE = '2025-06-30T16:59:59Z'
const AFTER = '2025-06-30T17:00:00Z'

t.test('a merged unit keeps its name until the day, on the clock of Hà Nội, and has its successor\'s from then on', async t => {
  t.strictSame(sayOn(tables, BEFORE)('agency', 'H45.14'), { code: '000.00.14.H45', name: 'Sở Nông nghiệp và Môi trường tỉnh Phú Yên' })
  t.strictSame(sayOn(tables, AFTER)('agency', 'H45.14'), { code: '000.00.14.H15', name: 'Sở Nông nghiệp và Môi trường tỉnh Đắk Lắk', succeeded: true })
  t.match(sayOn(tables, AFTER)('agency', '000.00.31.H45'), { code: '000.01.21.H45', succeeded: true }, 'over two successors')
})

t.test('a status of the province\'s own is said by its sub-status, else by itself', async t => {
  const { status: _, ...dossier } = aDossier()
  const told = (subCode: string): unknown => nationalDossier({ ...dossier, localStatus: { code: 'XL', subCode } }, tables)['TrangThaiHoSo']
  t.strictSame([told('CHOBOSUNG'), told('CHITIET')], ['5', '4'])
  const { status: __, ...step } = aStep()
  t.match(nationalStep('A', { ...step, localStatus: { code: 'TRA' } }, sayOn(tables, AFTER)), { TrangThai: '10' })
})

t.test('a row\'s code and name go out in place of the province\'s', async t => {
  t.match(nationalDossier(aDossier({ procedure: { code: 'DLK.HT.KS', name: 'Khai sinh' } }), tables), { MaTTHC: '1.001193', TenTTHC: 'Đăng ký khai sinh' })
})

t.test('a code without a row is not guessed, but for the national form of a procedure', async t => {
  const say = sayOn(firstTables(), AFTER)
  t.strictSame([say('procedure', 'DLK.HT.TRICHLUC'), say('agency', 'H15.188'), say('localStatus', 'PHOIHOP')], [undefined, undefined, undefined])
  t.strictSame(say('procedure', '1.013831.000.00.00.H45'), { code: '1.013831.000.00.00.H45' })
  for (const [table, rows] of Object.entries(laterTables())) for (const { local } of rows) t.equal(say(table, local), undefined, local)
})

interface Manifest { codeTables: Parameters<typeof createCodeBook>[0]['tables'] }

t.test('agrees with the gateway on every code, around each day on which one begins or ends', async t => {
  const manifest = JSON.parse(readFileSync(new URL('../../adapters/national-portal/manifest.json', import.meta.url), 'utf8')) as Manifest
  const rows = Object.entries(tables).flatMap(([table, rows]) => rows.map(row => ({ table, ...asStored(row) })))
  const { find } = createCodeBook({ tables: manifest.codeTables, seeds: {}, rows })
  for (const day of ['2024-12-31', '2025-02-28', '2025-03-01', '2025-06-30', '2025-07-01', '2025-12-31', '2026-01-01', '2026-11-04']) {
    const say = sayOn(tables, `${day}T12:00:00+07:00`)
    for (const { table, local } of rows) {
      const found = find(table, local, day)
      const { successor, ...entry } = found ?? {}
      t.strictSame(say(table, local), found && { ...entry, ...(successor === undefined ? {} : { succeeded: true }) }, `${table} ${local} ${day}`)
    }
  }
})

function asStored (row: Row): { local: string, partner: string, name: string | null, validFrom: string | null, validTo: string | null, successor: string | null } {
  const { local, partner, name, validFrom, validTo, successor } = row
  return { local, partner, name: name || null, validFrom: validFrom || null, validTo: validTo || null, successor: successor || null }
}
