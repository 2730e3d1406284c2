// The import of a baseline over HTTP: good lines are stored as confirmed, bad ones are told, and nothing is sent.
import t from 'tap'
import type { LightMyRequestResponse } from 'fastify'
import { aDossier, aStep } from '../../support/dossiers.js'
import { checkStates } from '../../support/conservation.js'
import { startGateway } from '../../support/gateway.js'
import { ndjson, stock, stocked, stockedCode } from '../../support/ndjson.js'
import { checkProblem, refusalsOf, storedRows } from '../refusal.js'

t.setTimeout(60_000)
const gateway = await startGateway(t, { environment: { BODY_LIMIT_BYTES: '4096' } })
const { services: { db }, sandbox } = gateway
const URL = '/v1/dossiers/import?mode=baseline'

interface Summary {
  baseline: string
  sha256: string
  errors: Array<{ line: number, dossierCode: string | null, pointer: string, code: string }>
}

async function importFile (payload: string | Buffer, query = ''): Promise<LightMyRequestResponse> {
  return gateway.call({ method: 'POST', url: URL + query, headers: { 'content-type': 'application/x-ndjson' }, payload })
}

async function audited (action: string): Promise<Array<Record<string, unknown>>> {
  const rows = await db.selectFrom('audit_entries').select(['actor', 'details']).where('action', '=', action).orderBy('id').execute()
  return rows.map(({ actor, details }) => ({ actor, ...details }))
}

t.test('dossiers are recorded as confirmed at the partner; no delivery is planned, nothing is sent', async t => {
  const response = await importFile(ndjson(stock(3)))
  t.equal(response.statusCode, 200, response.body)
  const { baseline, sha256 } = response.json<Summary>()
  t.match(response.json(), {
    mode: 'baseline', dryRun: false, lines: 3, imported: 3, unchanged: 0, alreadyKnown: 0, rejected: 0, steps: 8, errors: [], errorsLeftOut: 0, sha256: /^[0-9a-f]{64}$/
  })
  t.match(await storedRows(gateway.services), { dossiers: 3, revisions: 3, steps: 8, deliveries: 0 })
  const lanes = await db.selectFrom('lanes').selectAll().execute()
  for (const lane of lanes) t.match(lane, { adapter: 'national-portal', known_at_partner: true, confirmed_revision: 1, delivered_revision: 1, due_at: null, baseline_id: baseline })
  const confirmations = await db.selectFrom('step_confirmations').select(['exchange_id', 'baseline_id']).execute()
  t.strictSame(confirmations, Array(8).fill({ exchange_id: null, baseline_id: baseline }))
  t.match(await audited('baseline.begun'), [{ actor: 'client:bootstrap', baseline, adapters: ['national-portal'] }])
  t.match(await audited('baseline.ended'), [{ actor: 'client:bootstrap', baseline, lines: 3, imported: 3, steps: 8, sha256, complete: true }])
  await gateway.services.sweep.run()
  t.equal(sandbox.log.total(), 0)
})

t.test('the dossier is shown like any other, its timeline tells of the import, and its preview is an update', async t => {
  const code = stockedCode(1)
  t.match((await gateway.call({ url: `/v1/dossiers/${code}` })).json(), { code, revision: 1, sourceVersion: '1', clientId: 'bootstrap', deliveries: [] })
  const { entries, calls } = (await gateway.call({ url: `/v1/dossiers/${code}/timeline` })).json<{ entries: unknown[], calls: unknown[] }>()
  t.match(entries, [{ actor: 'client:bootstrap', action: 'dossier.baseline-imported', details: { revision: 1, steps: 3 } }, { action: 'dossier.viewed' }])
  t.strictSame(calls, [])
  const preview = (await gateway.call({ method: 'POST', url: '/v1/dossiers/preview', payload: { ...stocked(1), summary: 'Mới' } })).json<{ adapters: Array<{ requests: Array<{ operation: string, body: { isUpdating: string } }> }> }>()
  t.match(preview.adapters[0]?.requests.map(({ operation, body }) => [operation, body.isUpdating]), [['dossier', 'True']], 'no step is among them')
})

t.test('the same file again changes nothing', async t => {
  const before = await storedRows(gateway.services)
  t.match((await importFile(ndjson(stock(3)))).json(), { lines: 3, imported: 0, unchanged: 3, alreadyKnown: 0, rejected: 0, steps: 0, errors: [] })
  const { audit, ...rows } = await storedRows(gateway.services)
  t.match(before, rows)
  t.equal(audit, (before['audit'] ?? 0) + 2, 'but the import itself is on the log')
})

t.test('the first push after it is an update that carries the new step alone', async t => {
  const { progress = [], ...dossier } = stocked(2)
  sandbox.store.write(dossier.code, { kind: 'create', source: { at: '', request: 0, body: Buffer.from('{}') }, index: 0 })
  const pushed = await gateway.push({ ...dossier, sourceVersion: 2, summary: 'Đã cập nhật', progress: [...progress, aStep({ id: 'moi', occurredAt: '2026-11-20T09:00:00+07:00', content: 'Bước mới' })] })
  t.match(pushed.json(), { revision: 2, newSteps: 1 })
  await gateway.settled()
  t.match(sandbox.store.dossier(dossier.code), { creates: 1, updates: 1, duplicatedCreates: 0, stepCount: 1 })
  await checkStates(t, db)
})

t.test('a dossier that the partner does not hold after all is created by its first push, without old steps', async t => {
  t.equal(sandbox.store.dossier(stockedCode(3)), undefined)
  await gateway.push({ ...stocked(3), sourceVersion: 2, summary: 'Đã cập nhật' })
  await gateway.settled()
  t.match(sandbox.store.dossier(stockedCode(3)), { creates: 1, stepCount: 0 })
})

t.test('a push of what was imported changes nothing and sends nothing', async t => {
  t.match((await gateway.push(stocked(1))).json(), { revision: 1, unchanged: true, deliveries: [] })
})

t.test('a dossier that is there with other content is left as it is, and told', async t => {
  const older = ndjson([stocked(2), { ...stocked(1), summary: 'Khác' }])
  const summary = (await importFile(older)).json<Summary>()
  t.match(summary, { imported: 0, alreadyKnown: 2, rejected: 0 })
  t.match(summary.errors, [{ line: 1, dossierCode: stockedCode(2), pointer: '', code: 'already-known' }, { line: 2, dossierCode: stockedCode(1), code: 'already-known' }])
  t.match((await gateway.call({ url: `/v1/dossiers/${stockedCode(2)}` })).json(), { revision: 2 })
})

t.test('bad lines are told by line, dossier, place and code; the good ones around them are stored', async t => {
  const lines = [
    JSON.stringify(stocked(11)),
    '',
    '{"code": ',
    JSON.stringify({ ...stocked(12), status: 'done', sumary: 'x' }),
    Buffer.from([0x22, 0xff, 0x22]),
    JSON.stringify(aDossier({ code: stockedCode(13), summary: 'x'.repeat(5000) })),
    `${JSON.stringify(stocked(14))}\r`
  ]
  const response = await importFile(Buffer.concat(lines.map(line => Buffer.concat([Buffer.from(line), Buffer.from('\n')]))))
  t.equal(response.statusCode, 200)
  const summary = response.json<Summary>()
  t.match(summary, { lines: 6, imported: 2, rejected: 4 })
  t.strictSame(summary.errors.map(({ line, dossierCode, pointer, code }) => [line, dossierCode, pointer, code]), [
    [3, null, '', 'malformed-json'],
    [4, stockedCode(12), '/sumary', 'field-unknown'],
    [4, stockedCode(12), '/status', 'field-value'],
    [5, null, '', 'malformed-json'],
    [6, null, '', 'line-too-long']
  ])
  t.notMatch(response.body, /"done"/, 'no value is repeated')
})

t.test('errors beyond the wanted number are counted', async t => {
  t.match((await importFile('{}x\n'.repeat(8), '&errors=3')).json(), { lines: 8, rejected: 8, errors: [{ line: 1 }, { line: 2 }, { line: 3 }], errorsLeftOut: 5 })
})

t.test('a dossier that stands twice in a file is recorded once', async t => {
  const twice = [stocked(21), stocked(22), stocked(21), { ...stocked(22), summary: 'Khác' }]
  t.match((await importFile(ndjson(twice))).json(), { lines: 4, imported: 2, unchanged: 1, alreadyKnown: 1, errors: [{ line: 4, code: 'already-known' }] })
})

t.test('an empty file imports nothing', async t => {
  t.match((await importFile('')).json(), { lines: 0, imported: 0 })
})

t.test('findings are counted by their code', async t => {
  const decomposed = { ...stocked(50), summary: 'Hồ sơ'.normalize('NFD') }
  t.match((await importFile(ndjson([decomposed]))).json(), { imported: 1, findings: { 'text-normalised': 1 } })
})

t.test('a file larger than a body may be is taken', async t => {
  const file = ndjson(Array.from({ length: 20 }, (_, n) => stocked(100 + n)))
  t.ok(file.length > 4096)
  t.match((await importFile(file)).json(), { lines: 20, imported: 20 })
})

t.test('a dry run tells what a push of the file would send, and writes one audit entry', async t => {
  const before = await storedRows(gateway.services)
  const { progress = [], ...known } = stocked(1)
  const file = [
    stocked(1),
    { ...stocked(31), dueAt: undefined },
    { ...stocked(100), sourceVersion: 0, summary: 'Cũ' },
    { ...known, code: stockedCode(101), sourceVersion: 2, progress: [...progress, aStep({ id: 'moi' })] },
    { ...stocked(32), status: 'done' }
  ]
  const summary = (await importFile(ndjson(file), '&dryRun=true')).json<Summary>()
  t.match(summary, {
    dryRun: true,
    baseline: null,
    lines: 5,
    imported: 1,
    unchanged: 1,
    alreadyKnown: 2,
    rejected: 1,
    findings: { 'due-date-missing': 1 },
    push: { refused: { 'stale-revision': 1 }, adapters: [{ adapter: 'national-portal', creates: 1, updates: 1, nothing: 1, newSteps: 4 }] }
  })
  const { audit, ...rows } = await storedRows(gateway.services)
  t.match(before, rows)
  t.equal(audit, (before['audit'] ?? 0) + 1)
  t.match((await audited('baseline.checked')).at(-1), { actor: 'client:bootstrap', lines: 5, rejected: 1, complete: true, sha256: summary.sha256 })
})

t.test('nothing of a person is in the audit log', async t => {
  const rows = await db.selectFrom('audit_entries').select('details').where('action', 'like', '%baseline%').execute()
  t.notMatch(JSON.stringify(rows), /Thử|066099000001|0900000001|example\.vn/)
})

const checkRefused = refusalsOf(gateway)

for (const [name, url] of Object.entries({
  'of a mode that is none': '/v1/dossiers/import?mode=full', 'with a misspelt parameter': `${URL}&dryrun=true`, 'that wants too many errors': `${URL}&errors=10001`
})) {
  t.test(`an import ${name} is refused: 400`, async t => {
    await checkRefused(t, { method: 'POST', url, headers: { 'content-type': 'application/x-ndjson' }, payload: ndjson([stocked(41)]) }, { status: 400, code: 'invalid-parameter' })
  })
}

for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded']) {
  t.test(`${type} is no import: 415`, async t => {
    const { detail } = await checkRefused(t, { method: 'POST', url: URL, headers: { 'content-type': type }, payload: ndjson([stocked(41)]) }, { status: 415, code: 'unsupported-media-type' })
    t.match(detail, /application\/x-ndjson/)
  })
}

t.test('a request without a body or a type is no import: 415', async t => {
  await checkRefused(t, { method: 'POST', url: URL }, { status: 415, code: 'unsupported-media-type' })
})

t.test('the type may name its charset', async t => {
  const response = await gateway.call({ method: 'POST', url: URL, headers: { 'content-type': 'application/x-ndjson; charset=utf-8' }, payload: ndjson([stocked(42)]) })
  t.match(response.json(), { imported: 1 })
})

t.test('without an adapter nothing is imported: 503', async t => {
  const none = await startGateway(t, { role: 'api', adapterSettings: {} })
  checkProblem(t, await none.call({ method: 'POST', url: URL, headers: { 'content-type': 'application/x-ndjson' }, payload: ndjson([stocked(1)]) }), { status: 503, code: 'no-adapters' })
})
