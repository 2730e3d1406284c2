// Uploads: one file a request, streamed, checked on the way; what is refused leaves nothing behind.
import { readdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { addKey, generateKey } from '../../../src/db/keys.js'
import { aDossier, codeOf } from '../../support/dossiers.js'
import { aPdf, sha256Of, SIGNING_KEY, upload, type UploadOptions } from '../../support/files.js'
import { KEY, startGateway, until } from '../../support/gateway.js'
import { readGolden } from '../../dossier/review/golden.js'

const folder = join(t.testdir(), 'files')
const gateway = await startGateway(t, { role: 'api', environment: { FILES_DIR: folder, FILES_SIGNING_KEY: SIGNING_KEY, PUBLIC_URL: 'https://gw.example.vn' } })
const { app, services: { db } } = gateway
const url = await app.listen({ host: '127.0.0.1', port: 0 })
const MEGABYTE = 1024 ** 2

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** What is really held: what waits to be collected says nothing. */
function memoryInUse (): number {
  collectGarbage()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

async function stored (): Promise<{ contents: number, incoming: number, rows: number, blobs: number }> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = names.filter(entry => entry.isFile())
  const count = async (table: 'files' | 'file_blobs'): Promise<number> => (await db.selectFrom(table).selectAll().execute()).length
  const incoming = files.filter(({ parentPath }) => parentPath.endsWith('incoming')).length
  return { contents: files.length - incoming, incoming, rows: await count('files'), blobs: await count('file_blobs') }
}

t.test('an upload is stored once under its hash, and answered with what a dossier needs', async t => {
  const content = aPdf('một')
  const name = 'Đơn đề nghị.pdf'
  const { status, body } = await upload(url, content, { name: name.normalize('NFD') })
  t.equal(status, 201)
  t.match(body, { id: /^[0-9a-f-]{36}$/, url: `lienthong-file:${String(body.id)}`, sha256: sha256Of(content), size: content.length, type: 'application/pdf', name: name.normalize('NFC'), keptUntil: /\+07:00$/ })
  t.match(await stored(), { contents: 1, incoming: 0, rows: 1, blobs: 1 })
  const audit = await db.selectFrom('audit_entries').select(['actor', 'details']).where('action', '=', 'file.uploaded').execute()
  t.match(audit, [{ actor: 'client:bootstrap', details: { file: body.id } }])
  t.notMatch(JSON.stringify(audit), 'đề nghị', 'a name may be a person\'s')
})

t.test('the same again is the same file; under another name, or of another client, another one of the same content', async t => {
  const first = await upload(url, aPdf('hai'))
  const again = await upload(url, aPdf('hai'), { query: {}, headers: { 'content-disposition': "attachment; filename*=UTF-8''%C4%90%C6%A1n.pdf" } })
  t.strictSame([first.status, again.status, again.body.id], [201, 200, first.body.id])
  const key = generateKey()
  await addKey(db, { clientId: 'other', key, scopes: ['files:write'] })
  const before = await stored()
  const others = [await upload(url, aPdf('hai'), { name: 'khác.pdf' }), await upload(url, aPdf('hai'), { key })]
  t.strictSame(others.map(({ status }) => status), [201, 201])
  t.equal(new Set([first, ...others].map(({ body }) => body.id)).size, 3)
  t.match(await stored(), { contents: before.contents, rows: before.rows + 2, blobs: before.blobs })
})

t.test('identical uploads at once are one file', async t => {
  const before = await stored()
  const answers = await Promise.all(Array.from({ length: 8 }, () => upload(url, aPdf('cùng lúc'))))
  t.equal(new Set(answers.map(({ body }) => body.id)).size, 1)
  t.strictSame(answers.map(({ status }) => status).sort(), [200, 200, 200, 200, 200, 200, 200, 201])
  t.match(await stored(), { contents: before.contents + 1, incoming: 0, rows: before.rows + 1 })
})

const REFUSED: Record<string, [number, string, Buffer, UploadOptions]> = {
  'a page that calls itself a PDF': [422, 'file-content-mismatch', Buffer.from('<html><script>alert(1)</script>'), {}],
  'a PDF in base64': [422, 'file-content-mismatch', Buffer.from(aPdf().toString('base64')), {}],
  'a PDF that is packed': [422, 'file-content-mismatch', gzipSync(aPdf()), {}],
  'no content': [422, 'file-empty', Buffer.alloc(0), {}],
  'an extension of another type': [415, 'file-type-not-allowed', aPdf(), { name: 'a.png' }],
  'a type that is not taken': [415, 'file-type-not-allowed', Buffer.from('MZ'), { name: 'a.exe', headers: { 'content-type': 'application/x-msdownload' } }],
  multipart: [415, 'file-type-not-allowed', aPdf(), { headers: { 'content-type': 'multipart/form-data; boundary=x' } }],
  'no name': [422, 'file-name-invalid', aPdf(), { query: {} }],
  'a path': [422, 'file-name-invalid', aPdf(), { name: '../../etc/a.pdf' }],
  'another hash than said': [422, 'file-digest-mismatch', aPdf(), { query: { name: 'a.pdf', sha256: '0'.repeat(64) } }],
  'a hash that is none': [400, 'invalid-parameter', aPdf(), { query: { name: 'a.pdf', sha256: 'x' } }],
  'a length over the limit': [413, 'file-too-large', aPdf(), { headers: { 'content-length': String(60 * MEGABYTE) } }]
}

for (const [what, [status, code, content, options]] of Object.entries(REFUSED)) {
  t.test(`${what} is refused as ${code} and leaves nothing`, async t => {
    const before = await stored()
    const answer = await upload(url, content, options)
    t.match(answer, { status, body: { code, status, title: /\S/, detail: /\S/ } })
    t.strictSame(await stored(), before)
  })
}

t.test('the hash that the client says is taken in any case', async t => {
  const content = aPdf('băm')
  t.equal((await upload(url, content, { query: { name: 'a.pdf', sha256: sha256Of(content).toUpperCase() } })).status, 201)
})

t.test('60 MB without a length are refused at the limit, in bounded memory', async t => {
  const before = await stored()
  const chunk = Buffer.concat([aPdf(), Buffer.alloc(256 * 1024)])
  const base = memoryInUse()
  let peak = 0
  let sent = 0
  async function * endless (): AsyncGenerator<Buffer> {
    for (; sent < 60 * MEGABYTE; sent += chunk.length) {
      if (sent % (16 * chunk.length) === 0) peak = Math.max(peak, memoryInUse() - base)
      yield chunk
    }
  }
  t.match(await upload(url, endless()), { status: 413, body: { code: 'file-too-large', detail: /50 MB/ } })
  t.ok(sent >= 50 * MEGABYTE, 'taken up to the limit')
  t.ok(peak < 25 * MEGABYTE, `grew by ${Math.round(peak / MEGABYTE)} MB`)
  await until(async () => (await stored()).incoming === 0)
  t.strictSame(await stored(), before)
})

t.test('a client that leaves in the middle leaves nothing', async t => {
  const before = await stored()
  const { port } = new URL(url)
  const socket = connect(Number(port), '127.0.0.1')
  socket.on('error', () => {})
  socket.write(`POST /v1/files?name=a.pdf HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nContent-Type: application/pdf\r\nContent-Length: 500000\r\n\r\n`)
  socket.write(Buffer.concat([aPdf(), Buffer.alloc(100_000)]))
  await until(async () => (await stored()).incoming === 1)
  socket.destroy()
  await until(async () => (await stored()).incoming === 0)
  t.strictSame(await stored(), before)
})

t.test('a dossier may refer to the client\'s own files, in every place that takes a link, and to no others', async t => {
  const key = generateKey()
  await addKey(db, { clientId: 'stranger', key, scopes: ['files:write', 'dossiers:write'] })
  const own = String((await upload(url, aPdf('của mình'))).body.url)
  const foreign = String((await upload(url, aPdf('của người'), { key })).body.url)
  const nowhere = 'lienthong-file:0f8fad5b-d9cb-469f-a165-70867728950e'
  const supplement = { id: 1, requestedBy: 'Trần Văn Thử', content: 'Bổ sung', requestedAt: '2026-11-04T10:00:00+07:00' }
  const dossier = (...[document, result, added]: string[]) => aDossier({
    code: codeOf(7),
    documents: [{ name: 'Đơn.pdf', url: document ?? '' }],
    results: [{ name: 'Kết quả.pdf', url: result ?? '' }],
    supplements: [{ ...supplement, documents: [{ name: 'Thêm.pdf', url: added ?? '' }] }]
  })
  const refused = await gateway.push(dossier(own, foreign, nowhere))
  t.match(refused.json(), { status: 422, code: 'invalid-document', errors: [{ pointer: '/results/0/url', code: 'file-unknown' }, { pointer: '/supplements/0/documents/0/url', code: 'file-unknown' }] })
  const [golden] = readGolden('test/http/files/upload.golden.json')
  t.strictSame([refused.json<{ errors: unknown[] }>().errors[0]], golden?.findings)
  t.strictSame(await db.selectFrom('dossiers').select('code').execute(), [], 'nothing is stored')
  t.equal((await gateway.call({ method: 'POST', url: '/v1/dossiers/preview', payload: dossier(own, foreign, own) })).statusCode, 422)

  t.equal((await gateway.push(dossier(own, own, own))).statusCode, 202)
  t.match(await db.selectFrom('file_references').select(['file_id', 'revision']).execute(), [{ file_id: own.slice('lienthong-file:'.length), revision: 1 }])
  t.equal((await gateway.push(dossier(own, own, own))).statusCode, 200, 'the same reference is the same content')
  const byStranger = await app.inject({ method: 'POST', url: `/v1/dossiers/${codeOf(7)}/progress`, headers: { authorization: `Bearer ${key}` }, payload: { status: 'finished', steps: [{ occurredAt: '2026-11-05T09:00:00+07:00', status: 'finished', content: 'Xong', officer: { name: 'Trần Văn Thử' } }] } })
  t.equal(byStranger.statusCode, 202, 'what the dossier has already is not asked for again')
})

t.test('a baseline refers to no uploaded file', async t => {
  const { body } = await upload(url, aPdf('cũ'))
  const payload = JSON.stringify(aDossier({ code: codeOf(8), documents: [{ name: 'a.pdf', url: String(body.url) }] }))
  const answer = await gateway.call({ method: 'POST', url: '/v1/dossiers/import?mode=baseline', headers: { 'content-type': 'application/x-ndjson' }, payload })
  const [, golden] = readGolden('test/http/files/upload.golden.json')
  t.match(answer.json(), { imported: 0, rejected: 1, errors: (golden?.findings as object[]) })
})
