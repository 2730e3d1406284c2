import fc from 'fast-check'
import t from 'tap'
import { foldPhrase, isBase64, readableLine, shorten, textLength } from '../../src/model/text.js'
import { holds } from './properties.js'
import { effort } from '../support/clock.js'

t.test('length counts characters of Vietnamese, not bytes or halves', async t => {
  t.equal(textLength(''), 0)
  t.equal(textLength('Đắk'), 3)
  t.equal(textLength('Đắk'.normalize('NFD')), 5, 'decomposed text is longer: NFC is the caller\'s duty')
  t.equal(textLength('😀'), 1)
})

t.test('a text that fits is left alone, a longer one ends in three dots at exactly the limit', async t => {
  t.equal(shorten('Đắk Lắk', 7), undefined)
  t.equal(shorten('Đắk Lắk', 6), 'Đắk...')
  t.equal(shorten('😀😀😀😀😀', 4), '😀...', 'no half of a character')
  holds(t, fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 3, max: 40 }), (text, limit) => {
    const cut = shorten(text, limit)
    return cut === undefined ? textLength(text) <= limit : textLength(cut) === limit && cut.endsWith('...')
  }))
})

t.test('an error page becomes one line that a person can read', async t => {
  const page = '<html><head><style>p { color: red }</style><SCRIPT src="x">alert("1 < 2")</SCRIPT ></head>\n<body><h1>502 Bad Gateway</h1>\r\n<hr>nginx</body></html>'
  t.equal(readableLine(page), '502 Bad Gateway nginx')
  t.equal(readableLine('  Mã hồ sơ\n\tkhông  tồn tại '), 'Mã hồ sơ không tồn tại')
  t.equal(readableLine('a < b'), 'a < b', 'a lone sign is no markup')
  t.equal(readableLine(''), '')
})

t.test('a readable line has no line breaks and at most 300 characters, or as many as are asked for', async t => {
  t.equal(textLength(readableLine('x'.repeat(5000))), 300)
  t.equal(readableLine('x'.repeat(500), 100), 'x'.repeat(97) + '...')
  holds(t, fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), fc.integer({ min: 3, max: 400 }), (text, limit) => {
    const line = readableLine(text, limit)
    return textLength(line) <= limit && !/[\r\n\t]/.test(line)
  }))
})

t.test('a page made of nothing but opened markup does not hold the process', async t => {
  const spent = effort()
  for (const part of ['<', '<a ', '</style>', ' ', '\n<']) readableLine(part.repeat(50_000))
  t.ok(spent() < 2000)
  // Grows with the square of the length: 64 KB take 60 ms, the 4 MB that the portal may answer take minutes.
  const growth = [4000, 16_000].map(times => fastest(() => readableLine('<script>'.repeat(times))))
  t.ok((growth[1] ?? 0) < 8 * (growth[0] ?? 0), 'four times the length takes about four times as long')
})

function fastest (work: () => void): number {
  return Math.min(...[1, 2, 3].map(() => {
    const spent = effort()
    work()
    return spent()
  }))
}

t.test('phrases are compared by letters, not by case, composition or spacing', async t => {
  t.equal(foldPhrase('  HỒ SƠ  đã\nTỒN TẠI '), 'hồ sơ đã tồn tại')
  t.equal(foldPhrase('Hồ sơ'.normalize('NFD')), foldPhrase('hồ sơ'))
  t.not(foldPhrase('hồ sơ'), foldPhrase('ho so'), 'tone marks are letters')
})

t.test('base64 to the letter: padding, alphabet and length, however long', async t => {
  for (const good of ['', 'JVBERi0xLjQ=', 'YQ==', 'a'.repeat(12_000_000)]) t.ok(isBase64(good), good.slice(0, 20))
  for (const bad of ['JVBERi0xLjQ', 'YQ=', 'Y', 'YR==', 'Y Q==', '-_-_', '<DATA/>', `${'a'.repeat(12_000_000)}!`]) t.notOk(isBase64(bad), bad.slice(0, 20))
})
