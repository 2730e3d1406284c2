import fc from 'fast-check'
import t from 'tap'
import { agencyOfDossier, agencySegments, dossierNotation, toShortAgency } from '../../src/model/codes.js'
import { holds } from './properties.js'

const digits = (length: number): fc.Arbitrary<string> => fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: length, maxLength: length })
const top = fc.tuple(fc.constantFrom(...'ABGHKX'), digits(2)).map(([letter, number]) => letter + number)
const fullAgency = fc.tuple(digits(3), digits(2), digits(2), top).map(parts => parts.join('.'))

t.test('both notations name the same bodies, from the top downwards', async t => {
  t.strictSame(agencySegments('000.18.29.H51'), ['H51', '29', '18'])
  t.strictSame(agencySegments('H51.29.18'), ['H51', '29', '18'])
  t.strictSame(agencySegments('000.00.00.H15'), ['H15'], 'the province itself')
  t.strictSame(agencySegments('001.00.00.H15'), ['H15', '00', '00', '001'], 'a gap above a body is kept')
})

t.test('a code is converted to the short notation', async t => {
  for (const [full, short] of [['000.00.00.H15', 'H15'], ['000.00.14.H15', 'H15.14'], ['000.18.29.H51', 'H51.29.18'], ['007.18.29.H51', 'H51.29.18.007']] as const) {
    t.equal(toShortAgency(full), short)
    t.equal(toShortAgency(short), short, 'already short')
  }
})

t.test('two codes in full notation have one short form only where they are one body', async t => {
  holds(t, fc.property(fullAgency, fullAgency, (one, other) => (toShortAgency(one) === toShortAgency(other)) === (one === other)))
})

t.test('a commune of three digits, letters or a fifth level stay as they are', async t => {
  for (const code of ['H55.242', 'H55.01.242', 'H55.1', 'H55.01.02.03', 'H55.AB', 'H55.01.02.003.04', 'H55.01.02.0034']) {
    t.equal(toShortAgency(code), code, `${code} stays as it is`)
  }
})

t.test('codes are opaque and case-sensitive: what does not fit is not repaired', async t => {
  for (const code of ['', 'h15', '000.00.14.h15', '0.00.14.H15', '000.00.14', 'H15.', '.H15', 'H155', ' H15', 'H15\n', 'Đ15', '000.00.14.H15.']) {
    t.equal(agencySegments(code), undefined, JSON.stringify(code))
    t.equal(toShortAgency(code), undefined)
  }
})

t.test('the notation of a dossier code is told by its agency and date', async t => {
  for (const code of ['000.00.14.H15-261104-0001', '007.18.29.H51-261104-123456']) t.equal(dossierNotation(code), 'full', code)
  for (const code of ['G13.99-20261104-00001', 'H15-20261104-00001', 'H51.29.18-20261104-123456', 'H55.242-20261104-00001']) t.equal(dossierNotation(code), 'short', code)
  const others = [
    '', 'VNEID-0001', '000.00.14.H15-20261104-0001', 'H15-261104-0001', '000.00.14.H15-261104-001', 'H15-20261104-0001',
    '000.00.14.H15-261104-0001-2', 'x000.00.14.H15-261104-0001', '000.00.14.H15'
  ]
  for (const code of others) t.equal(dossierNotation(code), 'other', JSON.stringify(code))
})

t.test('the agency of a dossier code is known where its notation is', async t => {
  t.equal(agencyOfDossier('000.00.14.H15-261104-0001'), '000.00.14.H15')
  t.equal(agencyOfDossier('H51.29.18-20261104-00001'), 'H51.29.18')
  t.equal(agencyOfDossier('VNEID-0001'), undefined)
  holds(t, fc.property(fullAgency, digits(6), digits(4), (agency, day, serial) => agencyOfDossier(`${agency}-${day}-${serial}`) === agency))
})

t.test('any text gets an answer, never an exception', async t => {
  holds(t, fc.property(fc.string({ unit: 'grapheme' }), text => {
    agencySegments(text)
    return ['full', 'short', 'other'].includes(dossierNotation(text))
  }))
})
