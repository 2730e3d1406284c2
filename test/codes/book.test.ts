// What a code table says on a day: rows, seeds, the partner's own codes, and units that were merged.
import fc from 'fast-check'
import t from 'tap'
import { createCodeBook, type TableRow } from '../../src/codes/book.js'

const title = { vi: 'x', en: 'x' }
const TABLES = {
  procedure: { title, partnerForm: '^\\d\\.\\d{6}$' },
  agency: { title, notation: 'agency' as const, openUntilUsed: true },
  fee: { title, openUntilUsed: true },
  status: { title }
}
const SEEDS = { status: { finished: '9' } }
const row = (...[table, local, partner, more = {}]: [table: string, local: string, partner: string, more?: Partial<TableRow>]): TableRow =>
  ({ table, local, partner, name: null, validFrom: null, validTo: null, successor: null, ...more })
const book = (...rows: TableRow[]): ReturnType<typeof createCodeBook> => createCodeBook({ tables: TABLES, seeds: SEEDS, rows })
const DAY = '2026-11-04'

t.test('a row says the partner\'s code, and its name where it has one', async t => {
  const { find } = book(row('procedure', 'TS_lop1', '1.001776', { name: 'Tuyển sinh' }), row('procedure', 'TS_lop6', '1.001777'))
  t.strictSame(find('procedure', 'TS_lop1', DAY), { code: '1.001776', name: 'Tuyển sinh' })
  t.strictSame(find('procedure', 'TS_lop6', DAY), { code: '1.001777' })
})

t.test('a code without a row is unknown, unless it has the form of the partner\'s own', async t => {
  const { find } = book(row('procedure', 'TS_lop1', '1.001776'))
  t.equal(find('procedure', 'TS_lop9', DAY), undefined)
  t.strictSame(find('procedure', '2.000815', DAY), { code: '2.000815' })
})

t.test('a table that nobody uses takes codes for the partner\'s own; one row ends that', async t => {
  t.strictSame(book().find('fee', 'PL-7', DAY), { code: 'PL-7' })
  t.equal(book(row('fee', 'PL-1', 'LP000001')).find('fee', 'PL-7', DAY), undefined)
})

t.test('a seed holds until a row says otherwise', async t => {
  t.strictSame(book().find('status', 'finished', DAY), { code: '9' })
  t.strictSame(book(row('status', 'finished', '10')).find('status', 'finished', DAY), { code: '10' })
  t.equal(book(row('status', 'finished', '10', { validTo: '2026-01-01' })).find('status', 'finished', DAY), undefined)
})

t.test('a word that only an object\'s prototype knows has no code', async t => {
  for (const word of ['constructor', '__proto__', 'toString']) t.equal(book().find('status', word, DAY), undefined)
  t.equal(book().find('__proto__', 'x', DAY), undefined)
})

t.test('the first day counts, the last named day does not', async t => {
  const { find } = book(
    row('fee', 'A', 'old', { validTo: '2025-07-01' }),
    row('fee', 'A', 'new', { validFrom: '2025-07-01', validTo: '2026-01-01' }))
  t.strictSame(['2020-01-01', '2025-06-30', '2025-07-01', '2025-12-31', '2026-01-01'].map(day => find('fee', 'A', day)?.code),
    ['old', 'old', 'new', 'new', undefined])
})

t.test('both notations of an agency are one code', async t => {
  const { find } = book(row('agency', '000.00.14.H45', 'H45.14', { name: 'Sở cũ' }))
  for (const code of ['000.00.14.H45', 'H45.14']) t.strictSame(find('agency', code, DAY), { code: 'H45.14', name: 'Sở cũ' })
})

t.test('what was received before a merger keeps its unit; what came after is given to the successor, which is said', async t => {
  const { find } = book(
    row('agency', 'H45.14', 'H45.14', { name: 'Sở Nông nghiệp Phú Yên', validTo: '2025-07-01', successor: '000.00.14.H15' }),
    row('agency', 'H15.14', 'H15.14', { name: 'Sở Nông nghiệp và Môi trường Đắk Lắk' }))
  t.strictSame(find('agency', '000.00.14.H45', '2025-06-30'), { code: 'H45.14', name: 'Sở Nông nghiệp Phú Yên' })
  t.strictSame(find('agency', '000.00.14.H45', '2025-07-01'), { code: 'H15.14', name: 'Sở Nông nghiệp và Môi trường Đắk Lắk', successor: '000.00.14.H15' })
})

t.test('mergers of mergers are followed; a circle of successors ends', async t => {
  const ended = (local: string, successor: string, validTo: string): TableRow => row('fee', local, local, { validTo, successor })
  t.strictSame(book(ended('A', 'B', '2020-01-01'), ended('B', 'C', '2022-01-01'), row('fee', 'C', 'C')).find('fee', 'A', DAY), { code: 'C', successor: 'C' })
  t.equal(book(ended('A', 'B', '2020-01-01'), ended('B', 'A', '2020-01-01')).find('fee', 'A', DAY), undefined)
})

t.test('of any rows that do not overlap, at most one answers, and it holds on the day', async t => {
  const days = fc.array(fc.integer({ min: 1, max: 28 }), { minLength: 2, maxLength: 6 }).map(all => [...new Set(all)].sort((a, b) => a - b))
  const day = (n: number): string => `2026-11-${String(n).padStart(2, '0')}`
  fc.assert(fc.property(days, fc.integer({ min: 1, max: 28 }), (starts, asked) => {
    const rows = starts.map((start, index) => {
      const end = starts[index + 1]
      return row('fee', 'A', day(start), { validFrom: day(start), ...(end === undefined ? {} : { validTo: day(end) }) })
    })
    const expected = starts.filter(start => start <= asked).at(-1)
    t.equal(book(...rows).find('fee', 'A', day(asked))?.code, expected === undefined ? undefined : day(expected))
  }), { numRuns: 200 })
})
