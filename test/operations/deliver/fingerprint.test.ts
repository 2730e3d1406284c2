// Five hundred victims of one cause are one line: what differs from dossier to dossier does not count.
import fc from 'fast-check'
import t from 'tap'
import { fingerprint, normalisedWords, type FailureFacts } from '../../../src/operations/deliver/fingerprint.js'
import { holds } from '../../model/properties.js'

const FACTS: FailureFacts = { adapter: 'national-portal', kind: 'refused', code: 'unknown-procedure', words: 'Mã thủ tục không tồn tại' }

const digits = (length: number): fc.Arbitrary<string> => fc.integer({ min: 0, max: 10 ** length - 1 }).map(n => String(n).padStart(length, '0'))
const fullCode = fc.tuple(digits(3), digits(2), digits(2), digits(2), digits(6), digits(4)).map(([a, b, c, d, day, n]) => `${a}.${b}.${c}.H${d}-${day}-${n}`)
const shortCode = fc.tuple(digits(2), digits(2), digits(8), digits(5)).map(([a, b, day, n]) => `H${a}.${b}-${day}-${n}`)
const day = fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }).map(date => date.toISOString())
const date = fc.oneof(day, day.map(text => text.slice(0, 10)), day.map(text => `${text.slice(8, 10)}/${text.slice(5, 7)}/${text.slice(0, 4)} ${text.slice(11, 16)}`))
const quoted = fc.stringMatching(/^[\p{L} ,.]{1,30}$/u)
const place = fc.constantFrom('"', '“', '«')
const value = fc.oneof(fullCode, shortCode, date, fc.uuid(), fc.integer({ min: 0 }).map(String), fc.float({ noNaN: true, noDefaultInfinity: true, min: 0 }).map(n => n.toFixed(2)))

t.test('one refusal of two dossiers is one cause, whatever codes, dates, numbers and ids it names', async t => {
  holds(t, fc.property(value, value, (one, other) =>
    fingerprint({ ...FACTS, words: `Hồ sơ ${one} sai thủ tục` }) === fingerprint({ ...FACTS, words: `Hồ sơ ${other} sai thủ tục` })))
})

t.test('what stands in quotation marks does not count', async t => {
  const quote = (mark: string, text: string): string => ({ '"': `"${text}"`, '“': `“${text}”`, '«': `«${text}»` })[mark] ?? text
  holds(t, fc.property(place, quoted, quoted, (mark, one, other) =>
    fingerprint({ ...FACTS, words: `Lĩnh vực ${quote(mark, one)} không có` }) === fingerprint({ ...FACTS, words: `Lĩnh vực ${quote(mark, other)} không có` })))
})

t.test('case, white space and the form of Vietnamese letters do not count', async t => {
  const words = fc.array(fc.constantFrom('hồ', 'sơ', 'không', 'hợp', 'lệ', 'mã', 'đơn', 'vị'), { minLength: 1, maxLength: 12 })
  holds(t, fc.property(words, fc.constantFrom(' ', '  ', '\n', '\t'), (parts, space) => {
    const plain = fingerprint({ ...FACTS, words: parts.join(' ') })
    return plain === fingerprint({ ...FACTS, words: ` ${parts.join(space)} `.normalize('NFD').toUpperCase() })
  }))
})

t.test('another adapter, kind, code, or other words are another cause', async t => {
  const text = fc.stringMatching(/^[a-z-]{1,20}$/)
  for (const member of ['adapter', 'kind', 'code', 'words'] as const) {
    holds(t, fc.property(text, text, (one, other) =>
      one === other || fingerprint({ ...FACTS, [member]: one }) !== fingerprint({ ...FACTS, [member]: other })), member)
  }
})

t.test('normalising twice changes nothing, and whatever a partner writes is taken', async t => {
  holds(t, fc.property(fc.string({ unit: 'binary', maxLength: 400 }), words => {
    const once = normalisedWords(words)
    return /^[0-9a-f]{12}$/.test(fingerprint({ ...FACTS, words })) && (once.includes('"') || once.includes('\'') || normalisedWords(once) === once)
  }))
})

t.test('places in a document keep their names and lose their numbers', async t => {
  t.equal(normalisedWords('/progress/3/officer/name text-too-long: Tên dài 260 ký tự'), '/progress/#/officer/name text-too-long: tên dài # ký tự')
  t.equal(normalisedWords('can\'t be read: don\'t retry'), 'can\'t be read: don\'t retry')
  t.equal(normalisedWords('Xem https://cong.gov.vn/loi?ma=abc và 1, 2, 3'), 'xem # và #')
  t.equal(normalisedWords('Người nộp *** chưa có tài khoản'), 'người nộp # chưa có tài khoản')
})

t.test('the cut of long words, which falls where the values let it, does not count', async t => {
  const long = (code: string): string => `Hồ sơ ${code}: ${'sai lĩnh vực và '.repeat(20)}`.slice(0, 297) + '...'
  t.equal(fingerprint({ ...FACTS, words: long('1') }), fingerprint({ ...FACTS, words: long('000.00.14.H15-261104-0001') }))
})

t.test('another missing row is another cause: its cure is another row; the day it is for does not count', async t => {
  const missing = (code: string, on: string): FailureFacts => ({ ...FACTS, kind: 'mapping', code: 'code-unmapped', words: `/procedure/code "${code}"`, missing: [{ table: 'procedure', code, on }] })
  t.equal(fingerprint(missing('TS.1', '2026-11-04')), fingerprint(missing('TS.1', '2026-11-05')))
  t.not(fingerprint(missing('TS.1', '2026-11-04')), fingerprint(missing('TS.2', '2026-11-04')))
})

t.test('a fingerprint is the same in every version: stored ones must go on matching', async t => {
  t.equal(fingerprint(FACTS), '1e0b5c67c308')
})
