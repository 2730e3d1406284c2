// The SOAP service: a generated client and hand-written envelopes, both versions, both ways to say who calls.
import { readFile } from 'node:fs/promises'
import soap from 'soap'
import t from 'tap'
import { childOf, parseXml, type XmlElement } from '../../src/model/xml.js'
import { addKey, generateKey } from '../../src/db/keys.js'
import type { SoapVersion } from '../../src/http/soap/envelope.js'
import { faultStatus, writeFault } from '../../src/http/soap/faults.js'
import { aDossier, aStep, codeOf } from '../support/dossiers.js'
import { KEY, startGateway } from '../support/gateway.js'
import { asXml } from '../support/xml-documents.js'
import { storedRows } from './refusal.js'

const gateway = await startGateway(t, { role: 'api' })
const { app, services } = gateway
const address = await app.listen({ host: '127.0.0.1', port: 0 })
const NS = 'https://lienthong.vn/schemas/dossier'
const SOAP11 = 'http://schemas.xmlsoap.org/soap/envelope/'
const SOAP12 = 'http://www.w3.org/2003/05/soap-envelope'
const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd'
const WSU = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd'
let dossiers = 0

function nextCode (): string {
  return codeOf(++dossiers)
}

const bare = (xml: string): string => xml.replace(/^<\?.*\?>\n/, '')

function push (dossier: ReturnType<typeof aDossier>, key = ''): string {
  return `<l:PushDossier xmlns:l="${NS}">${key === '' ? '' : `<l:idempotencyKey>${key}</l:idempotencyKey>`}${bare(asXml(dossier))}</l:PushDossier>`
}

function envelope (namespace: string, body: string, header = ''): string {
  return `<?xml version="1.0"?><e:Envelope xmlns:e="${namespace}">${header === '' ? '' : `<e:Header>${header}</e:Header>`}<e:Body>${body}</e:Body></e:Envelope>`
}

function usernameToken (username: string, password: string, type = '#PasswordText'): string {
  return `<w:Security xmlns:w="${WSSE}" xmlns:e="${SOAP11}" e:mustUnderstand="1"><w:UsernameToken><w:Username>${username}</w:Username><w:Password Type="http://x${type}">${password}</w:Password></w:UsernameToken></w:Security>`
}

/** A Security header whose message expires so many seconds from now. */
function expiring (seconds: number): string {
  const expires = `<u:Timestamp xmlns:u="${WSU}"><u:Expires>${new Date(Date.now() + seconds * 1000).toISOString()}</u:Expires></u:Timestamp>`
  return usernameToken('bootstrap', KEY).replace('<w:UsernameToken>', `${expires}<w:UsernameToken>`)
}

interface Answer {
  status: number
  type: string
  /** What stands in the Body. */
  content: XmlElement
}

async function post (payload: string, headers: Record<string, string> = { authorization: `Bearer ${KEY}` }): Promise<Answer> {
  const soap12 = payload.includes(SOAP12)
  const response = await app.inject({ method: 'POST', url: '/soap', payload, headers: { 'content-type': soap12 ? 'application/soap+xml; charset=utf-8' : 'text/xml; charset=utf-8', ...headers } })
  const [content] = childOf(parseXml(response.rawPayload), 'Body')?.children ?? []
  if (content === undefined) throw new Error(response.body)
  return { status: response.statusCode, type: String(response.headers['content-type']), content }
}

/** The text at a path of local names. */
function textAt (element: XmlElement | undefined, ...path: string[]): string | undefined {
  return path.reduce<XmlElement | undefined>((at, name) => at?.children.find(child => child.name === name), element)?.text
}

/** Code of the fault, code and first pointer of the problem in its detail. */
function faultOf ({ content }: Answer): Record<string, string | undefined> {
  const detail = content.children.find(({ name }) => name.toLowerCase() === 'detail')
  return {
    fault: textAt(content, 'faultcode') ?? textAt(content, 'Code', 'Value'),
    subcode: textAt(content, 'Code', 'Subcode', 'Value'),
    words: textAt(content, 'faultstring') ?? textAt(content, 'Reason', 'Text'),
    code: textAt(detail, 'problem', 'code'),
    pointer: textAt(detail, 'problem', 'errors', 'i', 'pointer')
  }
}

type Call = (parameters: unknown) => Promise<[Record<string, unknown>, string]>

async function generatedClient (options: soap.IOptions = {}): Promise<soap.Client & Record<'PushDossierAsync' | 'PushProgressAsync' | 'GetDossierAsync', Call>> {
  return await soap.createClientAsync(`${address}/soap?wsdl`, { disableCache: true, ...options }) as never
}

/** As a generated client has it: lists are elements with items. */
function withItems (value: unknown): unknown {
  if (Array.isArray(value)) return { item: value.map(withItems) }
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withItems(member)]))
}

for (const [version, options] of Object.entries({ 1.1: {}, 1.2: { forceSoap12Headers: true } })) {
  t.test(`a client generated from the WSDL pushes a dossier, steps, and asks for both: SOAP ${version}`, async t => {
    const client = await generatedClient(options)
    t.strictSame(Object.keys(client.describe().DossierService.DossierSoap11), ['PushDossier', 'PushProgress', 'GetDossier'])
    client.addHttpHeader('Authorization', `Bearer ${KEY}`)
    const dossier = aDossier({ code: nextCode(), summary: 'Ernst & Young <Đắk Lắk>', receiptNumber: '0006', sourceVersion: 3, progress: [aStep({ id: 's1' })] })
    const [pushed] = await client.PushDossierAsync({ idempotencyKey: `client-${version}`, dossier: withItems(dossier) })
    t.match(pushed, { receipt: { code: dossier.code, revision: 1, unchanged: false, newSteps: 1, deliveries: { item: [{ adapter: 'national-portal', state: 'queued' }] } }, replayed: false })
    t.match((await gateway.push(dossier)).json(), { unchanged: true }, 'the same content as in JSON, letter by letter')
    const [again] = await client.PushDossierAsync({ idempotencyKey: `client-${version}`, dossier: withItems(dossier) })
    t.match(again, { receipt: (pushed as { receipt: object }).receipt, replayed: true })
    const [progress] = await client.PushProgressAsync({ code: dossier.code, progress: withItems({ steps: [aStep({ id: 's2', status: 'finished' })], status: 'finished' }) })
    t.match(progress, { receipt: { revision: 2, newSteps: 1 } })
    const [state] = await client.GetDossierAsync({ code: dossier.code })
    t.match(state, { dossierState: { code: dossier.code, revision: 2, status: 'finished', deliveries: { item: [{ revision: 2, state: 'queued' }, {}] } } })
  })
}

t.test('a generated client with WS-Security alone is who it says it is', async t => {
  const client = await generatedClient()
  client.setSecurity(new soap.WSSecurity('bootstrap', KEY, { passwordType: 'PasswordText', hasTimeStamp: true, mustUnderstand: true }))
  const [state] = await client.PushDossierAsync({ dossier: withItems(aDossier({ code: nextCode() })) })
  t.match(state, { receipt: { revision: 1 } })
  client.setSecurity(new soap.WSSecurity('bootstrap', `${KEY}x`, { passwordType: 'PasswordText' }))
  await t.rejects(client.GetDossierAsync({ code: codeOf(1) }), { message: /FailedAuthentication/ })
})

t.test('a hand-written SOAP 1.2 envelope, without action, gets an answer of its version', async t => {
  const code = nextCode()
  const { status, type, content } = await post(envelope(SOAP12, push(aDossier({ code }), 'tay-1')))
  t.equal(status, 200)
  t.match(type, /^application\/soap\+xml/)
  t.match([content.name, content.namespace, textAt(content, 'receipt', 'code')], ['PushDossierResponse', NS, code])
  const again = await post(envelope(SOAP12, push(aDossier({ code }))), { authorization: `Bearer ${KEY}`, 'idempotency-key': 'tay-1' })
  t.equal(textAt(again.content, 'replayed'), 'true', 'the header is as good as the element')
})

t.test('every error comes as a fault of its version, with our code, Vietnamese words and all pointers', async t => {
  const before = await storedRows(services)
  const { summary: _, ...rest } = aDossier()
  const wrong = push(rest as never).replace('<applicant>', '<applicant loai="1">')
  const one = await post(envelope(SOAP11, wrong))
  t.equal(one.status, 500)
  t.match(faultOf(one), { fault: 'soap:Client', code: 'invalid-document', pointer: '/applicant', words: /Có 2 lỗi/ })
  const other = await post(envelope(SOAP12, wrong))
  t.equal(other.status, 400)
  t.match(faultOf(other), { fault: 'soap:Sender', subcode: 'lt:invalid-document', code: 'invalid-document', pointer: '/applicant', words: /Có 2 lỗi/ })
  t.match(other.content.children[2]?.children[0]?.children.find(({ name }) => name === 'errors')?.children.map(item => textAt(item, 'pointer')), ['/applicant', '/summary'])
  t.strictSame(await storedRows(services), before)
})

const GET = `<GetDossier xmlns="${NS}"><code>000.00.14.H15-261104-9999</code></GetDossier>`
const BEARER = { authorization: `Bearer ${KEY}` }

interface Refused {
  payload: string
  headers?: Record<string, string>
  status: number
  fault: Record<string, string | RegExp>
}

const REFUSED: Record<string, Refused> = {
  'an unknown dossier': { payload: envelope(SOAP12, GET), status: 400, fault: { code: 'dossier-not-found' } },
  'a parameter that is missing': { payload: envelope(SOAP11, `<PushDossier xmlns="${NS}"/>`), status: 500, fault: { code: 'invalid-document', pointer: '/dossier' } },
  'a parameter that nobody knows': { payload: envelope(SOAP11, `<GetDossier xmlns="${NS}"><code>A1</code><ma>A1</ma></GetDossier>`), status: 500, fault: { code: 'invalid-document', pointer: '/ma' } },
  'an empty idempotency key': { payload: envelope(SOAP11, push(aDossier()).replace('<dossier', '<l:idempotencyKey/><dossier')), status: 500, fault: { code: 'idempotency-key-invalid' } },
  'an operation of another namespace': { payload: envelope(SOAP11, GET.replace(NS, 'urn:x')), status: 500, fault: { fault: 'soap:Client', code: 'soap-operation-unknown' } },
  'an operation named like a member of every object': { payload: envelope(SOAP11, `<constructor xmlns="${NS}"/>`), status: 500, fault: { code: 'soap-operation-unknown' } },
  'two operations': { payload: envelope(SOAP11, GET + GET), status: 500, fault: { code: 'soap-envelope-invalid' } },
  'another version of SOAP': { payload: envelope('urn:soap-2.0', GET), status: 500, fault: { fault: 'soap:VersionMismatch' } },
  'a header that must be understood': { payload: envelope(SOAP12, GET, `<a:To xmlns:a="http://www.w3.org/2005/08/addressing" xmlns:e="${SOAP12}" e:mustUnderstand="true">x</a:To>`), status: 500, fault: { fault: 'soap:MustUnderstand', words: /To\b/ } },
  'no key at all': { payload: envelope(SOAP11, GET), headers: {}, status: 500, fault: { fault: 'wsse:FailedAuthentication', code: 'unauthorized' } },
  'a wrong key in the envelope': { payload: envelope(SOAP12, GET, usernameToken('bootstrap', 'x')), headers: {}, status: 400, fault: { fault: 'soap:Sender', subcode: 'wsse:FailedAuthentication', code: 'unauthorized' } },
  'the key of another client': { payload: envelope(SOAP11, GET, usernameToken('mot-cua', KEY)), headers: {}, status: 500, fault: { code: 'unauthorized' } },
  'a digest instead of the key': { payload: envelope(SOAP11, GET, usernameToken('bootstrap', KEY, '#PasswordDigest')), headers: {}, status: 500, fault: { fault: 'wsse:UnsupportedSecurityToken', code: 'soap-security-unsupported' } },
  'a signature beside the token': { payload: envelope(SOAP11, GET, usernameToken('bootstrap', KEY).replace('<w:UsernameToken>', '<d:Signature xmlns:d="urn:d"/><w:UsernameToken>')), headers: {}, status: 500, fault: { code: 'soap-security-unsupported' } },
  'a message that has expired': { payload: envelope(SOAP11, GET, expiring(-86_400)), headers: {}, status: 500, fault: { fault: 'wsse:MessageExpired', code: 'soap-message-expired' } },
  'a wrong key in the header, whatever the envelope says': { payload: envelope(SOAP11, GET, usernameToken('bootstrap', KEY)), headers: { authorization: 'Bearer x' }, status: 401, fault: { fault: 'wsse:FailedAuthentication', code: 'unauthorized' } },
  'no envelope': { payload: '<dossier/>', status: 400, fault: { code: 'soap-envelope-invalid' } },
  'a DOCTYPE': { payload: `<!DOCTYPE x>${envelope(SOAP11, GET).slice(21)}`, status: 400, fault: { fault: 'soap:Client', code: 'xml-doctype' } },
  'a multipart message': { payload: envelope(SOAP11, GET), headers: { ...BEARER, 'content-type': 'multipart/related; boundary=x' }, status: 415, fault: { code: 'unsupported-media-type', words: /MTOM/ } },
  'an empty body': { payload: '', status: 400, fault: { code: 'malformed-xml' } },
  'a body beyond the limit': { payload: envelope(SOAP12, `<x>${'x'.repeat(1_100_000)}</x>`), status: 413, fault: { code: 'body-too-large' } }
}

for (const [name, { payload, headers = BEARER, status, fault }] of Object.entries(REFUSED)) {
  t.test(`${name}: ${status}, ${String(fault['code'] ?? fault['fault'])}`, async t => {
    const answer = await post(payload, headers)
    t.equal(answer.status, status)
    t.match(faultOf(answer), fault)
  })
}

t.test('clocks may differ by five minutes: a message that expired a minute ago is taken, one of six minutes ago is not', async t => {
  const codeFor = async (seconds: number): Promise<string | undefined> => faultOf(await post(envelope(SOAP11, GET, expiring(seconds)), {}))['code']
  t.equal(await codeFor(60), 'dossier-not-found')
  t.equal(await codeFor(-60), 'dossier-not-found')
  t.equal(await codeFor(-360), 'soap-message-expired')
})

t.test('a fault of ours is the server\'s in 1.1 and the receiver\'s in 1.2', async t => {
  const away = { status: 503, code: 'store-unavailable', title: 'Tạm vắng', titleEn: 'Away', detail: 'Gửi lại.', detailEn: 'Send again.' }
  const written = (version: SoapVersion): string => JSON.stringify(writeFault(version, away, 'x'))
  t.match(written('1.1'), /"soap:Server"/)
  t.match(written('1.2'), /"soap:Receiver".*"lt:store-unavailable"/)
  t.strictSame([faultStatus('1.1', away), faultStatus('1.2', away), faultStatus(undefined, away)], [500, 500, 503])
})

t.test('an operation needs the scope it has in JSON', async t => {
  const key = generateKey()
  await addKey(services.db, { clientId: 'chi-doc', key, scopes: ['dossiers:read'] })
  const headers = { authorization: `Bearer ${key}` }
  t.match(faultOf(await post(envelope(SOAP11, GET), headers)), { code: 'dossier-not-found' })
  t.match(faultOf(await post(envelope(SOAP11, push(aDossier())), headers)), { fault: 'soap:Client', code: 'scope-missing', words: /dossiers:write/ })
})

t.test('a request with nothing in it is no error of ours', async t => {
  const { statusCode, body } = await app.inject({ method: 'POST', url: '/soap', headers: BEARER })
  t.equal(statusCode, 400)
  t.match(body, /<code>malformed-xml</)
})

t.test('for a stranger nothing behind the headers is read', async t => {
  const broken = envelope(SOAP11, push(aDossier()), `<x xmlns="urn:x">${'y'.repeat(17_000)}</x>`).replace('</l:PushDossier>', '')
  t.match(faultOf(await post(broken, {})), { code: 'unauthorized' })
  t.match(faultOf(await post(broken)), { code: 'malformed-xml' })
})

t.test('a header that must be understood, but by somebody else, is none of ours', async t => {
  const header = `<x xmlns="urn:x" xmlns:e="${SOAP11}" e:mustUnderstand="1" e:actor="urn:router"/>`
  t.match(faultOf(await post(envelope(SOAP11, GET, header))), { code: 'dossier-not-found' })
})

t.test('the examples of the document are taken as they stand there', async t => {
  const examples = (await readFile('docs/xml-soap.md', 'utf8')).matchAll(/```xml\n([^]*?)```/g)
  const [dossier = '', progress = '', asked = ''] = [...examples].map(([, xml]) => xml ?? '')
  const code = '000.00.14.H15-261104-0001'
  const headers = { 'content-type': 'application/xml' }
  t.match((await gateway.call({ method: 'POST', url: '/v1/dossiers/preview', payload: dossier, headers })).json(), { code, findings: [] })
  const accepted = await gateway.call({ method: 'POST', url: '/v1/dossiers', payload: dossier.replace(code, codeOf(900)), headers })
  t.match([accepted.statusCode, accepted.json()], [202, { newSteps: 1 }])
  const stepped = await gateway.call({ method: 'POST', url: `/v1/dossiers/${codeOf(900)}/progress`, payload: progress, headers })
  t.match([stepped.statusCode, stepped.json()], [202, { revision: 2, newSteps: 1 }])
  await addKey(services.db, { clientId: 'one-cua', key: 'lt_wJpLUDqrBgWwvQqeotDYSxlYzaITDf-F9ukranCub2s', scopes: ['dossiers:read'] })
  const answer = await post(asked.replace(code, codeOf(900)), {})
  t.match([answer.status, answer.content.name, textAt(answer.content, 'dossierState', 'status')], [200, 'GetDossierResponse', 'processing'])
})

t.test('the WSDL names the address it was asked at, and no more of what it was asked with', async t => {
  const { body, headers } = await app.inject({ url: '/soap?wsdl', headers: { host: 'cong.example.vn"><x' } })
  t.match(headers['content-type'], /^text\/xml/)
  t.match(body, 'location="http://cong.example.vn&#34;&gt;&lt;x/soap"')
  parseXml(body)
})
