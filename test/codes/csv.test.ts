// Code tables as spreadsheets write them.
import fc from 'fast-check'
import t from 'tap'
import { writeCsv } from '../../src/codes/csv.js'
import { readCsv } from '../../src/base/csv.js'

t.test('what is written is read back the same', async t => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).map(value => value.replace(/\p{Cc}/gu, '').trim()).filter(value => value !== '')
  const cell = fc.option(text)
  const rows = fc.array(fc.record({ local: text, partner: text, name: cell, validFrom: cell, validTo: cell, successor: cell }), { maxLength: 5 })
  fc.assert(fc.property(rows, given => {
    const { rows, errors } = readCsv(writeCsv(given))
    const wanted = given.map(row => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)))
    t.strictSame([rows, errors], [wanted, []])
  }), { numRuns: 200 })
})
