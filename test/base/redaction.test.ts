import fc from 'fast-check'
import t from 'tap'
import { MASK, maskMembers, maskSignatures, maskText, nameSet } from '../../src/base/redaction.js'
import { holds } from '../model/properties.js'

const NAMES = nameSet(['HoTen', 'cccd'])

t.test('members are masked by name in any case, however deep they stand', async t => {
  const sent = { data: [{ HOTEN: 'Y Thử', MaHoSo: 'H15-1', nested: { CCCD: '066099000001', list: [{ hoten: 'H Thử' }] } }], session: 's' }
  t.strictSame(maskMembers(sent, NAMES), { data: [{ HOTEN: MASK, MaHoSo: 'H15-1', nested: { CCCD: MASK, list: [{ hoten: MASK }] } }], session: 's' })
  t.equal(sent.data[0]?.HOTEN, 'Y Thử', 'the message itself is left as it is')
})

t.test('a masked member hides whole objects and lists, but shows that nothing was there', async t => {
  t.strictSame(maskMembers({ hoten: { ho: 'Y', ten: 'Thử' }, cccd: ['1'] }, NAMES), { hoten: MASK, cccd: MASK })
  t.strictSame(maskMembers({ hoten: '', cccd: null, HoTen: undefined }, NAMES), { hoten: '', cccd: null, HoTen: undefined })
  t.strictSame(maskMembers({ hoten: 0, cccd: false }, NAMES), { hoten: MASK, cccd: MASK })
})

t.test('plain values pass', async t => {
  for (const value of ['Y Thử', 7, true, null, undefined]) t.equal(maskMembers(value, NAMES), value)
})

t.test('no listed member keeps its value in whatever document', async t => {
  const secret = 'bí-mật-7f3a'
  const letrec = fc.letrec<{ tree: unknown }>(tie => ({
    tree: fc.oneof({ maxDepth: 4 }, fc.constant('công khai'), fc.array(tie('tree'), { maxLength: 3 }), fc.dictionary(fc.constantFrom('HOTEN', 'hoTen', 'khac', 'cccd'), tie('tree'), { maxKeys: 3 }))
  }))
  holds(t, fc.property(letrec.tree, tree => {
    const planted = plant(tree, secret)
    return !JSON.stringify(maskMembers(planted, NAMES) ?? null).includes(secret)
  }))
})

/** Puts the secret wherever a listed name stands. */
function plant (tree: unknown, secret: string): unknown {
  if (Array.isArray(tree)) return tree.map(item => plant(item, secret))
  if (tree === null || typeof tree !== 'object') return tree
  return Object.fromEntries(Object.entries(tree).map(([name, member]) => [name, NAMES.has(name.toLowerCase()) ? { secret, member } : plant(member, secret)]))
}

t.test('identity and phone numbers, e-mail addresses and given names are masked in words', async t => {
  t.equal(maskText('Số 066099000001 đã có'), `Số ${MASK} đã có`)
  t.equal(maskText('CMND 240123456, ĐT +84900000001.'), `CMND ${MASK}, ĐT ${MASK}.`)
  t.equal(maskText('{"cccd":"066099000001"}'), `{"cccd":"${MASK}"}`)
  t.equal(maskText('y.thu+1@mail.example.vn không hợp lệ'), `${MASK} không hợp lệ`)
  t.equal(maskText('Ông Y Thử Niê, Y Thử Niê', ['Y Thử Niê']), `Ông ${MASK}, ${MASK}`)
  t.equal(maskText('a.*b a.b', ['.*']), `a${MASK}b a.b`, 'a name is no pattern')
})

t.test('an empty or one-letter name would mask every word, so it masks none', async t => {
  t.equal(maskText('Y Thử', ['', 'Y']), 'Y Thử')
})

t.test('codes of dossiers, procedures and times keep their shape', async t => {
  for (const text of ['000.00.14.H15-261104-0001', 'H51.29.18-20261104-00001', '1.001776', '2026-11-04T09:00:00+07:00', 'G13-DD01', 'lỗi 12345678']) {
    t.equal(maskText(text), text)
  }
})

const digits = (length: number): fc.Arbitrary<string> => fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: length, maxLength: length })
const identity = fc.oneof(digits(9), digits(12))
/** What a partner may print beside a number; digits would make it another number. */
const words = fc.string({ unit: fc.constantFrom(...'aơĐ :,;"\'()[]{}/_\n'), maxLength: 5 })

t.test('no identity number of 9 or 12 digits survives in words', async t => {
  holds(t, fc.property(words, identity, words, (before, number, after) => !maskText(before + number + after).includes(number)))
})

t.test('a hyphen or a dot beside an identity number does not save it', async t => {
  for (const text of ['CCCD-066099000001', 'số .066099000001', 'CMND 240123456-1', 'CCCD:-066099000001']) {
    t.notMatch(maskText(text), /\d{9}/, text)
  }
  t.notMatch(maskText('TK 1234567890123456'), /\d{9}/, 'nor do more than 13 digits in a row, as bank accounts have')
})

t.test('a name is masked however the partner writes it', async t => {
  for (const text of ['Công dân Y THỬ NIÊ', 'Công dân ' + 'Y Thử Niê'.normalize('NFD'), 'Công dân Y  Thử Niê']) {
    t.match(maskText(text, ['Y Thử Niê']), MASK, text)
  }
})

t.test('a secret with signs of a pattern in it is masked, and never breaks the mask', async t => {
  for (const secret of ['y.nie-buon@example.vn', "H'Mẫu (Êban)", 'A/B-12', '[x]{1}|\\d+?^$']) {
    t.equal(maskText(`lời: ${secret}.`, [secret]), `lời: ${MASK}.`, secret)
  }
})

t.test('the signature of a link is masked wherever it stands: whoever has the link has the file', async t => {
  const link = 'https://gw.example.vn/files/1?expires=5&signature=0a1b2c3d.Ab-_9'
  t.strictSame(maskSignatures({ list: [{ url: link }], text: `<a href="${link.replace('&', '&amp;')}">`, number: 7, none: null }), {
    list: [{ url: `https://gw.example.vn/files/1?expires=5&signature=${MASK}` }],
    text: `<a href="https://gw.example.vn/files/1?expires=5&amp;signature=${MASK}">`,
    number: 7,
    none: null
  })
  t.equal(maskText(`không tải được ${link}`), `không tải được https://gw.example.vn/files/1?expires=5&signature=${MASK}`)
})
