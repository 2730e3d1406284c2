// Bulk intake over HTTP: each line is a push, told in order; bad ones are told and stop nothing; the same again is skipped.
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { Ajv2020 } from 'ajv/dist/2020.js'
import t from 'tap'
import type { LightMyRequestResponse } from 'fastify'
import { addKey, generateKey } from '../../../src/db/keys.js'
import { aStep } from '../../support/dossiers.js'
import { checkAudit, checkStates } from '../../support/conservation.js'
import { startGateway } from '../../support/gateway.js'
import { linesOf, ndjson, stock, stocked, stockedCode } from '../../support/ndjson.js'
import { DIST } from '../../support/places.js'
import { checkProblem, refusalsOf, storedRows, type CheckRefused } from '../refusal.js'

t.setTimeout(60_000)
const gateway = await startGateway(t, { environment: { BODY_LIMIT_BYTES: '8192', IMPORT_MAX_MB: '10' } })
const { services: { db }, sandbox } = gateway
const URL = '/v1/dossiers/import'
/** Deliveries of what was pushed before write to the log too. */
const checkRefused: CheckRefused = async (t, request, refusal) => {
  await gateway.settled()
  return refusalsOf(gateway)(t, request, refusal)
}

async function send (payload: string | Buffer, { query = '', headers = {} }: { query?: string, headers?: Record<string, string> } = {}): Promise<LightMyRequestResponse> {
  return gateway.call({ method: 'POST', url: URL + query, headers: { 'content-type': 'application/x-ndjson', ...headers }, payload })
}

t.test('each line is pushed: told in order, stored, planned, delivered', async t => {
  const response = await send(ndjson(stock(3)), { headers: { 'idempotency-key': 'dau-tien' } })
  t.equal(response.statusCode, 200, response.body)
  t.match(response.headers, { 'content-type': 'application/x-ndjson; charset=utf-8', 'x-import-id': 'dau-tien' })
  const lines = linesOf(response.body)
  t.match(lines.slice(0, 3), [1, 2, 3].map(n => ({ type: 'item', line: n, dossierCode: stockedCode(n), status: 'accepted', revision: 1, newSteps: 2 + n % 2, findings: Array })))
  t.match(lines.slice(3), [{ type: 'summary', importId: 'dau-tien', complete: true, lines: 3, accepted: 3, unchanged: 0, rejected: 0, steps: 8, sha256: /^[0-9a-f]{64}$/ }])
  await gateway.settled()
  for (const n of [1, 2, 3]) t.match(sandbox.store.dossier(stockedCode(n)), { creates: 1, stepCount: 2 + n % 2 })
  await checkStates(t, db)
  await checkAudit(t, db)
})

t.test('every kind of line is as the schema has it', async t => {
  const schema = JSON.parse(await readFile(join(DIST, 'schemas/import-line.json'), 'utf8')) as object
  const validate = new Ajv2020({ allowUnionTypes: true }).compile(schema)
  const file = ndjson([stocked(1), stocked(81), { code: 'x' }])
  const lines = [...linesOf((await send(file, { query: '?importId=mau' })).body), ...linesOf((await send(file, { query: '?importId=mau' })).body)]
  t.strictSame(lines.map(({ type, status }) => status ?? type), ['unchanged', 'accepted', 'rejected', 'summary', 'skipped', 'summary'])
  for (const line of lines) t.ok(validate(line), JSON.stringify(validate.errors))
})

t.test('a single push of the same is unchanged, and a changed one the next revision; in bulk as well', async t => {
  t.match((await gateway.push(stocked(1))).json(), { unchanged: true, revision: 1 })
  const changed = { ...stocked(2), sourceVersion: 2, summary: 'Đã đổi' }
  const stale = { ...stocked(2), sourceVersion: 1, summary: 'Bản cũ' }
  const lines = linesOf((await send(ndjson([stocked(1), changed, changed, stale]))).body)
  t.match(lines, [
    { line: 1, status: 'unchanged', revision: 1, newSteps: 0 },
    { line: 2, status: 'accepted', revision: 2 },
    { line: 3, status: 'unchanged', revision: 2 },
    { line: 4, status: 'rejected', dossierCode: stockedCode(2), errors: [{ pointer: '', code: 'stale-revision', message: /sourceVersion/, messageEn: /newer/ }] },
    { type: 'summary', complete: true, accepted: 1, unchanged: 2, rejected: 1 }
  ])
})

t.test('findings of a line are those of a push', async t => {
  const { dueAt: _, ...undated } = stocked(11)
  const pushed = (await gateway.push({ ...undated, code: stockedCode(12) })).json<{ findings: Array<{ code: string }> }>()
  const [line] = linesOf<{ findings: Array<{ code: string }> }>((await send(ndjson([undated]))).body)
  t.match(pushed.findings.map(({ code }) => code), ['due-date-missing'])
  t.strictSame(line?.findings, pushed.findings)
})

t.test('lines that are no dossier are told with pointers, and stop nothing', async t => {
  const [, changedStep] = stocked(1).progress ?? []
  const file = [
    '', JSON.stringify(stocked(21)), '{"code":', JSON.stringify({ ...stocked(22), status: 'done' }), '"' + 'x'.repeat(9000) + '"',
    JSON.stringify({ ...stocked(1), progress: [{ ...changedStep, content: 'Khác' }] }), '\u00ff'
  ].join('\n')
  const response = await send(file, { query: '?importId=hong' })
  t.match(linesOf(response.body), [
    { line: 2, status: 'accepted' },
    { line: 3, status: 'rejected', dossierCode: null, errors: [{ code: 'malformed-json' }] },
    { line: 4, status: 'rejected', dossierCode: stockedCode(22), errors: [{ pointer: '/status', code: 'field-value' }] },
    { line: 5, status: 'rejected', dossierCode: null, errors: [{ code: 'line-too-long' }] },
    { line: 6, status: 'rejected', dossierCode: stockedCode(1), errors: [{ pointer: '/progress/0', code: 'step-changed' }] },
    { line: 7, status: 'rejected', errors: [{ code: 'malformed-json' }] },
    { type: 'summary', complete: true, lines: 7, accepted: 1, rejected: 5 }
  ])
  const status = (await gateway.call({ url: '/v1/imports/hong?limit=2' })).json()
  t.match(status, { importId: 'hong', state: 'complete', lines: 7, rejected: 5, rejectedLines: [{ line: 3 }, { line: 4, dossierCode: stockedCode(22) }], nextAfter: 4 })
  t.match((await gateway.call({ url: '/v1/imports/hong?after=5' })).json(), { rejectedLines: [{ line: 6 }, { line: 7 }], nextAfter: null })
  t.match(linesOf((await send(file, { query: '?results=problems' })).body).map(({ line }) => line), [3, 4, 5, 6, 7, undefined], 'those alone, if so wanted')
})

t.test('member names that no store takes reject their line alone', async t => {
  const odd = [{ ...stocked(91), 'a\u0000b': 1 }, { ...stocked(92), '\ud83d': 1 }, stocked(93)]
  t.match(linesOf((await send(ndjson(odd), { query: '?importId=la' })).body), [{ status: 'rejected' }, { status: 'rejected' }, { status: 'accepted' }, { complete: true, rejected: 2 }])
  t.match((await gateway.call({ url: '/v1/imports/la' })).json(), { rejectedLines: [{ line: 1, errors: [{ pointer: '/a\u0000b', code: 'field-unknown' }] }, { line: 2 }] })
})

t.test('the same body under its key again is skipped; another one is refused, and so is one that goes on', async t => {
  const file = ndjson([stocked(31), stocked(32)])
  await send(file, { headers: { 'idempotency-key': 'lai' } })
  await gateway.settled()
  const before = await storedRows(gateway.services)
  const again = linesOf((await send(file, { headers: { 'idempotency-key': 'lai' } })).body)
  t.match(again, [{ type: 'skipped', importId: 'lai', lines: 2, accepted: 2 }, { type: 'summary', complete: true, lines: 2, accepted: 2 }])
  t.match(again.length, 2)
  t.strictSame({ ...await storedRows(gateway.services), audit: 0 }, { ...before, audit: 0 })
  for (const other of [ndjson([stocked(31), stocked(33)]), file + ndjson([stocked(33)]), ndjson([stocked(31)]), '']) {
    await checkRefused(t, { method: 'POST', url: URL, headers: { 'content-type': 'application/x-ndjson', 'idempotency-key': 'lai' }, payload: other }, { status: 422, code: 'idempotency-key-reused' })
  }
})

t.test('gzip is read as it comes, of several members too; the hash is that of the file', async t => {
  const file = Buffer.concat([gzipSync(ndjson(stock(2))), gzipSync(ndjson([stocked(41)]))])
  const plain = linesOf((await send(ndjson([...stock(2), stocked(41)]))).body).at(-1)
  const packed = linesOf((await send(file, { headers: { 'content-encoding': 'gzip' } })).body)
  t.match(packed.at(-1), { complete: true, lines: 3, sha256: plain?.['sha256'] })
  t.match(linesOf((await send('\n')).body), [{ complete: true, lines: 1, accepted: 0 }])
})

const GZIP = { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' }
const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024, 'a'))
const badBodies = {
  'that is none': [gzipSync(ndjson([stocked(51)])).fill(0, 0, 4), 400, 'gzip-broken'],
  'that is cut': [gzipSync(ndjson([stocked(51)])).subarray(0, -10), 400, 'gzip-broken'],
  'with something behind it': [Buffer.concat([gzipSync(ndjson([stocked(51)])), Buffer.from(ndjson([stocked(52)]))]), 400, 'gzip-broken'],
  'that is a bomb': [bomb, 413, 'compressed-too-much']
} as const

for (const [name, [payload, status, code]] of Object.entries(badBodies)) {
  t.test(`gzip ${name} is refused early: ${status}`, async t => {
    await checkRefused(t, { method: 'POST', url: URL, headers: GZIP, payload }, { status, code })
  })
}

t.test('an import longer than the limit ends there, and says so in its last line', async t => {
  const long = Array.from({ length: 1500 }, () => ({ x: randomBytes(5500).toString('base64') }))
  const response = await send(gzipSync(ndjson(long)), { headers: GZIP, query: '?results=problems&importId=dai' })
  const last = linesOf(response.body).at(-1)
  t.match(last, { type: 'summary', complete: false, problem: { status: 413, code: 'import-too-large' } })
  t.match((await gateway.call({ url: '/v1/imports/dai' })).json(), { state: 'resumable', lines: last?.['lines'] })
})

t.test('what is not NDJSON, or packed otherwise, is refused: 415', async t => {
  for (const type of ['application/json', 'text/plain']) {
    await checkRefused(t, { method: 'POST', url: URL, headers: { 'content-type': type }, payload: ndjson([stocked(61)]) }, { status: 415, code: 'unsupported-media-type' })
  }
  await checkRefused(t, { method: 'POST', url: URL }, { status: 415, code: 'unsupported-media-type' })
  const brotli = await gateway.call({ method: 'POST', url: URL, headers: { 'content-type': 'application/x-ndjson', 'content-encoding': 'br' }, payload: 'x' })
  checkProblem(t, brotli, { status: 415, code: 'unsupported-content-encoding' })
  t.equal(brotli.headers['accept-encoding'], 'gzip, identity')
})

t.test('parameters of the other mode, and two keys, are refused: 400', async t => {
  for (const [query, code] of [['?dryRun=true', 'invalid-parameter'], ['?errors=5', 'invalid-parameter'], ['?mode=baseline&importId=x', 'invalid-parameter'], ['?mode=full', 'invalid-parameter'], ['?importId=b', 'idempotency-key-invalid']] as const) {
    await checkRefused(t, { method: 'POST', url: URL + query, headers: { 'content-type': 'application/x-ndjson', 'idempotency-key': 'a' }, payload: ndjson([stocked(61)]) }, { status: 400, code })
  }
})

t.test('pushing in bulk needs dossiers:write, a baseline dossiers:import; an import is its client\'s own', async t => {
  const writer = generateKey()
  await addKey(db, { clientId: 'mot-cua', key: writer, scopes: ['dossiers:write'] })
  const headers = { authorization: `Bearer ${writer}`, 'content-type': 'application/x-ndjson' }
  const baseline = await gateway.app.inject({ method: 'POST', url: `${URL}?mode=baseline`, headers, payload: ndjson([stocked(71)]) })
  t.match(checkProblem(t, baseline, { status: 403, code: 'scope-missing' }).detail, 'dossiers:import')
  const intake = await gateway.app.inject({ method: 'POST', url: `${URL}?importId=lai`, headers, payload: ndjson([stocked(71)]) })
  t.match(linesOf(intake.body), [{ status: 'accepted' }, { complete: true, accepted: 1 }], 'the key of another client is another key')
  const other = await gateway.app.inject({ url: '/v1/imports/hong', headers: { authorization: `Bearer ${writer}` } })
  checkProblem(t, other, { status: 404, code: 'no-such-import' })
})

t.test('progress of a dossier that came in bulk is pushed as of any other', async t => {
  const pushed = await gateway.call({ method: 'POST', url: `/v1/dossiers/${stockedCode(71)}/progress`, payload: { steps: [aStep({ id: 'moi', occurredAt: '2026-11-20T09:00:00+07:00' })] } })
  t.match(pushed.json(), { revision: 2, newSteps: 1 })
  const { rejectedLines } = (await gateway.call({ url: '/v1/imports/hong' })).json<{ rejectedLines: unknown[] }>()
  t.notMatch(JSON.stringify(rejectedLines), /Thử|066099000001|0900000001|example\.vn/, 'nothing of a person is kept of a rejected line')
})
