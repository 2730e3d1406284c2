// The database's own reading of an agency's code is the gateway's: units are told apart by both.
import fc from 'fast-check'
import { sql } from 'kysely'
import t from 'tap'
import { toShortAgency } from '../../src/model/codes.js'
import { openTestDatabase } from '../support/database.js'

t.test('SQL and TypeScript make the same key of every code, in both notations', async t => {
  const { db } = await openTestDatabase(t)
  const digits = (length: number): fc.Arbitrary<string> => fc.integer({ min: 0, max: 10 ** length - 1 }).map(n => String(n).padStart(length, '0'))
  const full = fc.tuple(fc.oneof(fc.constant('000'), digits(3)), fc.oneof(fc.constant('00'), digits(2)), fc.oneof(fc.constant('00'), digits(2)), digits(2))
    .map(([a, b, c, d]) => `${a}.${b}.${c}.H${d}`)
  const codes = [...fc.sample(full, 500), 'H15', 'H15.14', 'H55.242', 'G09.20.00', '000.00.00.H15', '100.00.00.H15', '000.10.00.H15']
  const { rows } = await sql<{ code: string, key: string }>`select code, agency_key(code) as key from unnest(${codes}::text[]) as code`.execute(db)
  t.equal(rows.length, codes.length)
  t.strictSame(rows.filter(({ code, key }) => key !== toShortAgency(code)), [])
})
