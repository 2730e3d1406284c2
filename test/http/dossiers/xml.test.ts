// Dossiers in XML: the same validation, answers and idempotency as in JSON.
import t from 'tap'
import { parseXml, childOf } from '../../../src/model/xml.js'
import { readGolden, writeGolden, type GoldenCase } from '../../dossier/review/golden.js'
import { aDossier, aStep, codeOf } from '../../support/dossiers.js'
import { startGateway } from '../../support/gateway.js'
import { asXml } from '../../support/xml-documents.js'
import { checkProblem, rawPush, refusalsOf, storedRows } from '../refusal.js'

const gateway = await startGateway(t, { role: 'api' })
const checkRefused = refusalsOf(gateway)
const XML = { 'content-type': 'application/xml' }
let dossiers = 0

function nextCode (): string {
  return codeOf(++dossiers)
}

const DOSSIER = aDossier({
  sourceVersion: 7,
  summary: ' Ernst & Young <b> "Đắk Lắk" ]]>\nhai dòng ',
  receiptNumber: '0006',
  applicant: { name: 'Y Thử Niê', kind: 'citizen', identityNumber: '1234567890123456789', identityVerified: false },
  documents: [{ name: 'Đơn.pdf', url: 'https://motcua.example.vn/tep/1?a=1&b=2', digitised: true }],
  fees: [{ name: 'Lệ phí', amount: '150000' }],
  consultedDatabases: ['01'],
  results: [],
  progress: [aStep({ id: 'buoc-1' })]
})

const STYLES: Record<string, (xml: string) => string | Buffer> = {
  'our namespace by default': xml => xml,
  'no namespace': xml => xml.replace(/ xmlns="[^"]+"/, ''),
  'a prefix on every element': xml => xml.replace(/<(\/?)(?=[a-z])/g, '<$1lt:').replace('xmlns=', 'xmlns:lt='),
  'a prefix on the root alone': xml => xml.replace('<dossier xmlns=', '<d:dossier xmlns:d=').replace('</dossier>', '</d:dossier>'),
  'a byte order mark': xml => `\uFEFF${xml}`,
  'CDATA and numeric references': xml => xml.replace('Ernst &amp; Young', '<![CDATA[Ernst & ]]>Y&#x6F;un&#103;'),
  'white space between elements, comments, an instruction': xml => xml.replace(/(<\/\w+>)(?=<)/g, '$1\n  <!-- . -->').replace('?>', '?><?xml-stylesheet href="x"?>'),
  'what serialisers declare': xml => xml.replace('xmlns=', 'xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b" xmlns=').replace('<receiptNumber>', '<receiptNumber xsi:type="xsd:int">'),
  'other words for true and false': xml => xml.replace('>true<', '> 1 <').replace('>false<', '>0<')
}

for (const [name, restyle] of Object.entries(STYLES)) {
  t.test(`${name}: the same dossier as in JSON`, async t => {
    const code = nextCode()
    const first = await gateway.push({ ...DOSSIER, code })
    t.match(first.json(), { code, unchanged: false, newSteps: 1 })
    const again = await gateway.call(rawPush(restyle(asXml({ ...DOSSIER, code })), XML))
    t.equal(again.statusCode, 200, again.body)
    t.match(again.json(), { code, unchanged: true, newSteps: 0, findings: first.json().findings }, 'the same content, letter by letter')
  })
}

t.test('the findings and the answer of a first push are those of JSON', async t => {
  const [one, other] = [nextCode(), nextCode()]
  const { summary, ...rest } = DOSSIER
  const nfd = { ...rest, summary: summary.normalize('NFD') }
  const json = await gateway.push({ ...nfd, code: one })
  const xml = await gateway.call(rawPush(asXml({ ...nfd, code: other }), { 'content-type': 'text/xml; charset="UTF-8"' }))
  t.equal(xml.statusCode, 202)
  t.match(xml.json().findings, [{ code: 'text-normalised', pointer: '/summary' }])
  t.strictSame([xml.json().findings, Object.keys(xml.json())], [json.json().findings, Object.keys(json.json())])
})

t.test('progress and preview take XML too', async t => {
  const code = nextCode()
  await gateway.call(rawPush(asXml(aDossier({ code })), XML))
  const steps = asXml({ steps: [aStep({ id: 's1' }), aStep({ id: 's2', status: 'processing' })], status: 'finished', finishedAt: '2026-11-10T09:00:00+07:00' })
  const progress = await gateway.call({ ...rawPush(steps, XML), url: `/v1/dossiers/${code}/progress` })
  t.match([progress.statusCode, progress.json()], [202, { revision: 2, newSteps: 2 }])
  t.match((await gateway.call({ url: `/v1/dossiers/${code}` })).json(), { status: 'finished' })
  const preview = await gateway.call({ ...rawPush(asXml(aDossier({ code })), XML), url: '/v1/dossiers/preview' })
  t.match(preview.json(), { code, adapters: [{ adapter: 'national-portal' }] })
})

t.test('one Idempotency-Key, one effect: prefixes make no other body, other content does', async t => {
  const code = nextCode()
  const headers = { ...XML, 'idempotency-key': 'xml-1' }
  const first = await gateway.call(rawPush(asXml(aDossier({ code })), headers))
  const before = await storedRows(gateway.services)
  const again = await gateway.call(rawPush(STYLES['a prefix on every element']?.(asXml(aDossier({ code }))) ?? '', headers))
  t.strictSame([again.statusCode, again.body, again.headers['idempotency-replayed']], [202, first.body, 'true'])
  await checkRefused(t, rawPush(asXml(aDossier({ code, summary: 'Khác' })), headers), { status: 422, code: 'idempotency-key-reused' })
  t.strictSame(await storedRows(gateway.services), before)
})

interface XmlCase extends GoldenCase { replace: Array<[from: string, to: string]> }

const GOLDEN = 'test/http/dossiers/xml/findings.golden.json'

function changed ({ replace }: XmlCase): string {
  return replace.reduce((xml, [from, to]) => {
    if (!xml.includes(from)) throw new Error(`nothing to replace: ${from}`)
    return xml.replace(from, () => to)
  }, asXml(aDossier()))
}

const written = new Map<string, unknown>()
for (const golden of readGolden<XmlCase>(GOLDEN)) {
  t.test(`${golden.case}: refused by name, with the JSON pointer`, async t => {
    const { errors } = await checkRefused(t, rawPush(changed(golden), XML), { status: 422, code: 'invalid-document' })
    written.set(golden.case, errors)
    t.strictSame(errors, golden.findings)
  })
}
t.teardown(() => { writeGolden<XmlCase>(GOLDEN, golden => written.get(golden.case)) })

t.test('who takes XML alone gets the problem (RFC 9457) and the receipt as XML', async t => {
  const refused = await gateway.call(rawPush('<dossier><code a="&lt;">A1</code></dossier>', { ...XML, accept: 'application/xml, text/xml;q=0.5' }))
  t.equal(refused.statusCode, 422)
  t.match(refused.headers['content-type'], /^application\/problem\+xml/)
  const problem = parseXml(Buffer.from(refused.rawPayload))
  t.match(problem, { name: 'problem', namespace: 'urn:ietf:rfc:7807' })
  t.strictSame(['status', 'code', 'correlationId'].map(name => childOf(problem, name)?.text), ['422', 'invalid-document', refused.headers['x-correlation-id']])
  const [first] = childOf(problem, 'errors')?.children ?? []
  t.equal(first?.name, 'i')
  t.ok(childOf(problem, 'errors')?.children.some(item => childOf(item, 'pointer')?.text === '/code' && childOf(item, 'code')?.text === 'xml-attribute-unknown'))

  const code = nextCode()
  const accepted = await gateway.call(rawPush(asXml(aDossier({ code })), { ...XML, accept: 'text/xml' }))
  t.equal(accepted.statusCode, 202)
  const receipt = parseXml(Buffer.from(accepted.rawPayload))
  t.match(receipt, { name: 'receipt', namespace: 'https://lienthong.vn/schemas/dossier' })
  t.strictSame(['code', 'revision', 'unchanged'].map(name => childOf(receipt, name)?.text), [code, '1', 'false'])
  t.equal(childOf(receipt, 'deliveries')?.children[0]?.name, 'item')
})

t.test('who takes JSON too gets JSON', async t => {
  for (const accept of ['application/xml, */*', 'text/xml, application/json', '*/*']) {
    checkProblem(t, await gateway.call(rawPush('<a/>', { ...XML, accept })), { status: 422, code: 'invalid-document' })
  }
})

t.test('another charset in the header is told, and routes without a form take no XML', async t => {
  await checkRefused(t, rawPush(asXml(aDossier()), { 'content-type': 'text/xml; charset=utf-16' }), { status: 400, code: 'xml-encoding' })
  await checkRefused(t, { ...rawPush('<a/>', XML), url: '/v1/deliveries/redrive' }, { status: 415, code: 'unsupported-media-type' })
})

t.test('the description of the API names XML, with its root and namespace', async t => {
  const { paths } = (await gateway.call({ url: '/docs/json' })).json()
  const { content } = paths['/v1/dossiers'].post.requestBody
  t.strictSame(Object.keys(content), ['application/json', 'application/xml'])
  t.match(content['application/xml'].schema.xml, { name: 'dossier', namespace: 'https://lienthong.vn/schemas/dossier' })
})

t.test('a body is not parsed for a stranger', async t => {
  const answer = await gateway.app.inject(rawPush('<a', XML))
  checkProblem(t, answer, { status: 401, code: 'unauthorized' })
})
