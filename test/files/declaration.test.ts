// What a request says of its file against what the file is: types by their first bytes, names, ranges.
import t from 'tap'
import fc from 'fast-check'
import { attachmentHeader, checkedName, nameInHeader } from '../../src/files/name.js'
import { readRange } from '../../src/files/range.js'
import { createSampler, declaredType, FILE_TYPES, SAMPLE_BYTES, type Sample } from '../../src/files/types.js'

const ALL = FILE_TYPES.map(({ id }) => id)
const sampleOf = (content: Buffer): Sample => ({ head: content.subarray(0, SAMPLE_BYTES), tail: content.subarray(-SAMPLE_BYTES) })
const zip = (...names: string[]): Buffer => Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), Buffer.alloc(26), Buffer.from(names.join('\0'))])

const CONTENTS: Readonly<Record<string, Buffer>> = {
  pdf: Buffer.from('%PDF-1.4'),
  jpg: Buffer.from([0xff, 0xd8, 0xff, 0xe0]),
  png: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
  tiff: Buffer.from([0x49, 0x49, 0x2a, 0x00]),
  docx: zip('[Content_Types].xml', 'word/document.xml'),
  xlsx: Buffer.concat([zip('_rels/.rels'), Buffer.alloc(3 * SAMPLE_BYTES), Buffer.from('xl/workbook.xml')]),
  odt: zip('mimetypeapplication/vnd.oasis.opendocument.text'),
  zip: zip('a.txt'),
  xml: Buffer.from('\ufeff<?xml version="1.0"?><a/>')
}

t.test('each type fits its own content; of others\' only the archive takes office documents, which are archives', t => {
  t.strictSame(Object.keys(CONTENTS), ALL)
  for (const type of FILE_TYPES) {
    const fitting = Object.entries(CONTENTS).filter(([, content]) => type.fits(sampleOf(content))).map(([id]) => id)
    t.strictSame(fitting, type.id === 'zip' ? ['docx', 'xlsx', 'odt', 'zip'] : [type.id])
    for (const other of ['', '<html><script>', 'JVBERi0xLjQ=', 'MZ\x90']) t.notOk(type.fits(sampleOf(Buffer.from(other))), `${type.id}: ${other}`)
  }
  t.end()
})

t.test('however a content is cut into chunks, the sample is its beginning and its end', t => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 2 * SAMPLE_BYTES }), { minLength: 1, maxLength: 6 }), sizes => {
    const chunks = sizes.map((size, index) => Buffer.alloc(size, index + 1))
    const { add, sample } = createSampler()
    chunks.forEach(add)
    const expected = sampleOf(Buffer.concat(chunks))
    return sample().head.equals(expected.head) && sample().tail.equals(expected.tail)
  }), { numRuns: 50, seed: 16 })
  t.pass()
  t.end()
})

t.test('content type and extension must say the same allowed type; a client that does not know says octet-stream', t => {
  const declared = (contentType: string, name: string, allowed = ALL): string | undefined => declaredType(contentType, name, allowed)?.id
  t.equal(declared('application/pdf', 'a.pdf'), 'pdf')
  t.equal(declared('Application/PDF; x=1', 'Đơn.PDF'), 'pdf')
  t.equal(declared('image/jpg', 'a.jpeg'), 'jpg')
  t.equal(declared('application/octet-stream', 'a.tif'), 'tiff')
  t.equal(declared('', 'a.docx'), 'docx')
  t.equal(declared('application/pdf', 'a.png'), undefined)
  t.equal(declared('image/png', 'a.pdf'), undefined)
  t.equal(declared('application/pdf', 'pdf'), undefined)
  t.equal(declared('application/pdf', 'a.pdf.exe'), undefined)
  t.equal(declared('application/pdf', 'a.pdf', ['png']), undefined)
  t.equal(declared('application/x-www-form-urlencoded', 'a.pdf'), undefined)
  t.end()
})

t.test('a name is put into NFC; a path, a control or a turned direction is refused, not cut', t => {
  t.equal(checkedName('Đơn đề nghị.pdf'.normalize('NFD')), 'Đơn đề nghị.pdf'.normalize('NFC'))
  t.equal(checkedName(' a.pdf '), 'a.pdf')
  for (const bad of ['', ' ', '.', '..', '.pdf', 'a.pdf.', '/a.pdf', 'b/a.pdf', '..\\a.pdf', 'a\0.pdf', 'a\n.pdf', 'a\u202efdp.exe', 'a:b.pdf', 'a\ud800.pdf', 'ộ'.repeat(90) + '.pdf']) t.equal(checkedName(bad), undefined, JSON.stringify(bad))
  t.end()
})

t.test('the name of a Content-Disposition: RFC 5987 first, and UTF-8 as clients send it', t => {
  t.equal(nameInHeader("attachment; filename=\"x.pdf\"; filename*=UTF-8''%C4%90%C6%A1n.pdf"), 'Đơn.pdf')
  t.equal(nameInHeader('attachment; filename=a.pdf'), 'a.pdf')
  t.equal(nameInHeader('form-data; name="f"; filename="a \\"b\\".pdf"'), 'a "b".pdf')
  t.equal(nameInHeader(`attachment; filename="${Buffer.from('Đơn.pdf').toString('latin1')}"`), 'Đơn.pdf')
  t.equal(nameInHeader('attachment'), undefined)
  t.equal(nameInHeader("attachment; filename*=UTF-8''%ff"), undefined)
  t.end()
})

t.test('any name that was taken comes back out of the header it is put into, which is plain ASCII', t => {
  const name = fc.string({ unit: fc.constantFrom(...'aĐộ 9-_\'()%&;=,+#'.split('')), minLength: 1, maxLength: 20 }).map(text => `x${text}.pdf`)
  fc.assert(fc.property(name, given => {
    const header = attachmentHeader(given)
    return /^[\x20-\x7e]+$/.test(header) && nameInHeader(header) === given
  }), { numRuns: 200, seed: 5987 })
  t.equal(attachmentHeader('Đơn.pdf'), "attachment; filename=\"Don.pdf\"; filename*=UTF-8''%C4%90%C6%A1n.pdf")
  t.end()
})

t.test('ranges as RFC 9110 has them', t => {
  const cases: ReadonlyArray<[string | undefined, ReturnType<typeof readRange>]> = [
    [undefined, undefined], ['bytes=0-0', { first: 0, last: 0 }], ['bytes=2-', { first: 2, last: 9 }], ['bytes=2-99', { first: 2, last: 9 }],
    ['bytes=-3', { first: 7, last: 9 }], ['bytes=-99', { first: 0, last: 9 }], ['bytes=10-', 'outside'], ['bytes=-0', 'outside'],
    ['bytes=5-2', undefined], ['bytes=-', undefined], ['bytes=0-1,3-4', undefined], ['items=0-1', undefined], ['bytes=a-b', undefined]
  ]
  for (const [header, range] of cases) t.strictSame(readRange(header, 10), range, String(header))
  t.end()
})
