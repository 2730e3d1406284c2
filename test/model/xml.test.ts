// XML from outside: what it holds is kept letter by letter, what attacks is refused at once.
import fc from 'fast-check'
import t from 'tap'
import { childOf, parseXml, parseXmlHead, XML_LIMITS } from '../../src/model/xml.js'
import { XmlError, type XmlLimits } from '../../src/model/xml-error.js'
import { xmlDocument } from '../../src/model/xml-write.js'
import { xmlAttacks } from '../support/xml-attacks.js'
import { holds } from './properties.js'
import { effort } from '../support/clock.js'

const ATTACKS = xmlAttacks('dossier', xml => `<dossier>${xml}</dossier>`, 'http://127.0.0.1:1/x')

function refusalOf (document: string | Buffer, limits: Partial<XmlLimits> = {}): XmlError | undefined {
  try {
    parseXml(document, limits)
    return undefined
  } catch (error) {
    if (error instanceof XmlError) return error
    throw error
  }
}

for (const [name, { document, code }] of Object.entries(ATTACKS)) {
  t.test(`${name}: ${code}, in no time`, async t => {
    const spent = effort()
    t.match(refusalOf(document, { bytes: 2_000_000 }), { code, text: { vi: /\S/, en: /\S/ } })
    t.ok(spent() < 1000)
  })
}

t.test('50 MB are refused by their size before anything looks into them', async t => {
  const document = Buffer.alloc(50_000_000, 'x')
  const spent = effort()
  t.match(refusalOf(document), { code: 'xml-limit', limit: 'bytes', text: { vi: /1048576/ } })
  t.ok(spent() < 1000)
})

t.test('each limit is told by its name, and what is exactly at it is taken', async t => {
  const cases: Record<keyof XmlLimits, [at: string, beyond: string, limit: number]> = {
    bytes: ['<a>ộ</a>', '<a>ộx</a>', 10],
    depth: ['<a><a><a/><a/></a></a>', '<a><a><a><a/></a></a></a>', 3],
    elements: ['<a><b/><b/></a>', '<a><b/><b/><b/></a>', 3],
    attributes: ['<a b="" c="" xmlns=""/>', '<a b="" c="" d="" xmlns=""/>', 3],
    nameLength: ['<abc def=""/>', '<abc defg=""/>', 3],
    attributeLength: ['<a b="123"/>', '<a b="1234"/>', 3],
    textLength: ['<a>1<b/>2<![CDATA[3]]></a>', '<a>1<b/>2<![CDATA[34]]></a>', 3]
  }
  for (const [name, [at, beyond, limit]] of Object.entries(cases)) {
    t.equal(refusalOf(at, { [name]: limit }), undefined, `${name} at its limit`)
    t.match(refusalOf(beyond, { [name]: limit }), { code: 'xml-limit', limit: name, text: { vi: new RegExp(`${limit} `), en: new RegExp(`${limit} `) } })
  }
  t.strictSame(Object.keys(cases).sort(), Object.keys(XML_LIMITS).sort())
})

t.test('where the syntax breaks is told, and nothing of the document', async t => {
  const refusal = refusalOf('<dossier>\n  <note>Y Thử <b>Niê</note>\n</dossier>')
  t.match(refusal?.text, { vi: /dòng 2, cột \d+/, en: /line 2, column \d+/ })
  t.notMatch(`${String(refusal?.stack)} ${JSON.stringify(refusal)}`, /Niê/)
})

t.test('text stays text: leading zeros, long numbers, white space, CDATA, entities, any prefix', async t => {
  const xml = `\uFEFF<?xml version="1.0" encoding="UTF-8"?><!-- x --><p:a xmlns:p="urn:x" q="&lt;1&gt;">
    <p:id>000123</p:id><p:n>1234567890123456789</p:n><p:s> Ernst &amp; Young &#x1F600;&#272; </p:s><p:c><![CDATA[<b>&amp;]]>]]&gt;</p:c><p:t>ab<!-- no break -->cd</p:t><p:e/><b/>
  </p:a>`
  const root = parseXml(Buffer.from(xml))
  t.match(root, { name: 'a', namespace: 'urn:x', attributes: [{ name: 'q', namespace: '', value: '<1>' }] })
  t.strictSame(root.children.map(({ name, namespace, text }) => [name, namespace, text]), [
    ['id', 'urn:x', '000123'], ['n', 'urn:x', '1234567890123456789'], ['s', 'urn:x', ' Ernst & Young 😀Đ '],
    ['c', 'urn:x', '<b>&amp;]]>'], ['t', 'urn:x', 'abcd'], ['e', 'urn:x', ''], ['b', '', '']
  ])
  t.equal(childOf(root, 'id')?.text, '000123')
  t.equal(childOf(root, 'b'), undefined, 'of another namespace')
})

t.test('the beginning of a document is read by itself: what lies behind is not looked at', async t => {
  const head = Buffer.from('<a><b>x</b><c>Đ')
  const document = Buffer.concat([head, Buffer.from('</wrong>\uD83D\uDE00'), Buffer.from([0xff])])
  t.match(parseXmlHead(document, head.length), { name: 'a', children: [{ name: 'b', text: 'x' }, { name: 'c' }] })
  t.match(parseXmlHead(document, head.length - 1), { name: 'a' }, 'a letter cut in two is no fault')
  t.throws(() => parseXmlHead(document, document.length), { code: 'xml-encoding' })
  t.throws(() => parseXmlHead(Buffer.from('<!DOCTYPE a><a>'), 100), { code: 'xml-doctype' })
  t.throws(() => parseXmlHead(Buffer.from('<?xml version="1.0"?>'), 100), { code: 'malformed-xml' })
})

t.test('the declared encoding of a string, which has none, is ignored', async t => {
  t.equal(parseXml('<?xml version="1.0" encoding="utf-16"?><a/>').name, 'a')
})

t.test('names of members of every object are names like others, and pollute nothing', async t => {
  const root = parseXml('<__proto__ __proto__="x" constructor="y"><constructor/><toString/><__proto__><polluted>1</polluted></__proto__></__proto__>')
  t.strictSame([root.name, root.attributes.map(({ name }) => name), root.children.map(({ name }) => name)], ['__proto__', ['__proto__', 'constructor'], ['constructor', 'toString', '__proto__']])
  t.notOk('polluted' in {})
})

t.test('what is written is read back letter by letter', async t => {
  // XML 1.0 cannot hold the other control characters at all; they are written as U+FFFD.
  const text = fc.string({ unit: 'binary' }).map(value => value.toWellFormed().replace(/[^\t\n\r\u0020-\ufffd\u{10000}-\u{10ffff}]/gu, ''))
  holds(t, fc.property(text, text, (content, attribute) => {
    const { text, attributes } = parseXml(Buffer.from(xmlDocument({ name: 'a', attributes: { b: attribute, c: undefined }, content })))
    return text === content && attributes[0]?.value === attribute && attributes.length === 1
  }))
  t.equal(xmlDocument({ name: 'a', content: [{ name: 'b', content: '\u0000\ud800' }, { name: 'c' }] }), '<?xml version="1.0" encoding="UTF-8"?>\n<a><b>\uFFFD\uFFFD</b><c/></a>')
})
