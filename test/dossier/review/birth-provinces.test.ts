// The list of places against the two facts that are known of it (standards §5.4, §7.1).
import t from 'tap'
import { BIRTH_PROVINCES, FIRST_COUNTRY } from '../../../src/dossier/review/birth-provinces.js'

const codes = Object.keys(BIRTH_PROVINCES)

t.test('63 provinces before the merger, 34 codes that carry on', async t => {
  t.equal(codes.length, 63)
  t.equal(new Set(Object.values(BIRTH_PROVINCES).map(({ name }) => name)).size, 63)
  t.equal(Object.values(BIRTH_PROVINCES).filter(({ until }) => until === undefined).length, 34)
  t.ok(codes.every(code => /^\d{3}$/.test(code) && code < FIRST_COUNTRY))
})

t.test('Phú Yên ended with the merger, Đắk Lắk carries on', async t => {
  t.strictSame([BIRTH_PROVINCES['054'], BIRTH_PROVINCES['066']], [{ name: 'Phú Yên', until: 2025 }, { name: 'Đắk Lắk' }])
})
