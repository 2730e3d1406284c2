// The XML form of a document: what goes in comes out, whatever the schema allows.
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { parseXml } from '../../src/model/xml.js'
import { xmlDocument } from '../../src/model/xml-write.js'
import { canonicalSchema } from '../../src/dossier/schemas.js'
import { readXmlForm, writeXmlForm } from '../../src/dossier/xml-form.js'
import { holds } from '../model/properties.js'
import { arbitraryOf, type SchemaNode } from '../support/schema-arbitrary.js'

/** What says nothing about the form of a value: without the patterns texts are wilder than the schema allows. */
const BESIDE_THE_FORM = /^(x-.*|if|then|title|format|pattern)$/

function plain (node: unknown): unknown {
  if (Array.isArray(node)) return node.map(plain)
  if (node === null || typeof node !== 'object') return node
  return Object.fromEntries(Object.entries(node).filter(([key]) => !BESIDE_THE_FORM.test(key)).map(([key, value]) => [key, plain(value)]))
}

for (const name of ['dossier', 'progress'] as const) {
  t.test(`${name} → XML → ${name} is identical, for all that the schema allows`, async t => {
    const schema = canonicalSchema(name)
    holds(t, fc.property(arbitraryOf({ root: plain(schema) as SchemaNode }, '#'), document => {
      const xml = xmlDocument(writeXmlForm(document, name, schema))
      const { value, faults } = readXmlForm(parseXml(Buffer.from(xml)), schema)
      return faults.length === 0 && isDeepStrictEqual(value, document)
    }))
  })
}

t.test('the schema alone decides what is a list, a number, a boolean', async t => {
  const read = (xml: string): unknown => readXmlForm(parseXml(`<dossier xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">${xml}</dossier>`), canonicalSchema('dossier')).value
  t.strictSame(read('<code>007</code><sourceVersion> 42\n</sourceVersion><digitised>1</digitised>'), { code: '007', sourceVersion: 42, digitised: true })
  t.strictSame(read('<documents/><applicant/><note/>'), { documents: [], applicant: {}, note: '' })
  t.strictSame(read('<documents><item/></documents>'), { documents: [{}] }, 'one item is a list too')
  t.strictSame(read('<note xsi:nil="true"/>'), { note: null }, 'as null in JSON: the schema refuses it')
  t.strictSame(read('<sourceVersion>007</sourceVersion><digitised>có</digitised>'), { sourceVersion: '007', digitised: 'có' }, 'no number and no boolean: text, which the schema refuses')
  t.strictSame(read('<note><b>x</b></note><applicant>An</applicant><fees>5</fees>'), { note: { b: 'x' }, applicant: 'An', fees: '5' })
})
