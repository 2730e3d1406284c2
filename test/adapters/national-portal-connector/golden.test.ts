// Canonical dossier and steps → the exact requests; answers → outcomes; and what the connector's list is read as.
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import t from 'tap'
import { interpret } from '../../../adapters/national-portal-connector/answer.js'
import { createClient } from '../../../adapters/national-portal-connector/client.js'
import { readList } from '../../../adapters/national-portal-connector/inbox.js'
import { map } from '../../../adapters/national-portal-connector/mapping.js'
import { createSessions, readLogin } from '../../../adapters/national-portal-connector/session.js'
import { HttpFailure } from '../../../src/adapter-kit/http.js'
import { createCodeBook, type TableRow } from '../../../src/codes/book.js'
import { goldenFiles, readGolden, writeGolden, type GoldenCase } from '../../dossier/review/golden.js'
import { aDossier, aStep } from '../../support/dossiers.js'
import type { Dossier } from '../../../src/model/dossier-types.js'
import type { Manifest } from '../../../src/adapter-kit/manifest.js'
import type { Settings } from '../../../src/adapter-kit/contract/open.js'
import type { CodeSeeds } from '../../../src/adapter-kit/contract/codes.js'
import type { MappingResult, NumberedStep } from '../../../src/adapter-kit/contract/deliver.js'

const FOLDER = new URL('../../../adapters/national-portal-connector/', import.meta.url)
const json = <T>(path: string): T => JSON.parse(readFileSync(new URL(path, FOLDER), 'utf8')) as T

const manifest = json<Manifest>('manifest.json')
const settings: Settings = {
  ...Object.fromEntries(Object.entries(manifest.settings).flatMap(([name, { default: value }]) => value === undefined ? [] : [[name, value]])),
  BASE_URL: 'https://connector.example.vn',
  CLIENT_ID: 'demo',
  CLIENT_SECRET: 'never shown'
}
const ORIGIN = { adapter: 'national-portal-connector', code: 'G01.99-20261104-0000001', id: 'id-0001' }

interface MappingCase extends GoldenCase {
  dossier?: Partial<Dossier>
  steps?: NumberedStep[]
  rows?: TableRow[]
}

function mapped ({ dossier, steps = [], rows = [] }: Partial<MappingCase>): MappingResult {
  const book = createCodeBook({ tables: manifest.codeTables ?? {}, seeds: json<CodeSeeds>('codes.json'), rows })
  return map({ dossier: aDossier({ origin: ORIGIN, ...dossier }), steps, codes: (table, local) => book.find(table, local, '2026-11-04'), settings, fileLink: id => `https://tep.example.vn/${id}` })
}

for (const file of goldenFiles('test/adapters/national-portal-connector')) {
  const told = (golden: MappingCase): unknown => mapped(golden).findings
  writeGolden(file, told)
  for (const golden of readGolden<MappingCase>(file)) {
    t.test(golden.case, async t => { t.strictSame(told(golden), golden.findings) })
  }
}

t.test('the contract\'s own examples are what the mapping makes, member for member', async t => {
  const step = aStep({
    id: 's1',
    occurredAt: '2026-11-04T09:00:00+07:00',
    startedAt: '2026-11-04T02:00:00Z',
    dueAt: '2026-11-11T17:00:00+07:00',
    status: 'received',
    officer: { name: 'Trần Văn Thử', department: 'Một cửa' },
    content: 'Tiếp nhận'
  }) as NumberedStep
  const finished = aStep({ id: 's2', officer: { name: 'Trần Văn Thử', department: 'Một cửa' }, content: 'Hoàn thành' }) as NumberedStep
  t.strictSame(mapped({ steps: [step] }).calls[0]?.message, json('fixtures/contract/7.15-progress.json'))
  t.strictSame(mapped({ dossier: { status: 'finished' }, steps: [finished] }).calls.at(-1)?.message, json('fixtures/contract/7.15-status.json'))
})

t.test('steps go in the order of time and in chunks, then the state; every message keeps to its schema', async t => {
  const steps = Array.from({ length: 45 }, (_, index) => aStep({ id: `s${index}`, occurredAt: `2026-11-05T08:${String(59 - index).padStart(2, '0')}:00+07:00` }) as NumberedStep)
  const { calls } = mapped({ steps })
  t.strictSame(calls.map(({ operation, steps: told }) => `${operation} ${told.length}`), ['progress 20', 'progress 20', 'progress 5', 'status 0'])
  t.strictSame(calls.flatMap(({ steps: told }) => told), steps.map(({ id }) => id).reverse())
  const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false })
  for (const call of [...calls, ...mapped({ dossier: { status: 'finished' } }).calls]) {
    const validate = ajv.getSchema(`https://lienthong.vn/adapters/national-portal-connector/${call.operation}.json`) ?? ajv.compile(json(`schema/${call.operation}.json`))
    t.ok(validate(call.message), JSON.stringify(validate.errors))
  }
})

t.test('a request shows no token', async t => {
  const client = createClient({ settings, limits: manifest.limits, now: () => 0 })
  t.teardown(client.close)
  t.match(client.describe(mapped({}).calls[0] as never, 'update'), { url: 'https://connector.example.vn/connector/connector/v1/hoso/capnhattrangthai', headers: { Authorization: 'Bearer «token»' } })
})

const answer = (status: number, body: unknown): { status: number, headers: Record<string, string>, text: string } =>
  ({ status, headers: {}, text: typeof body === 'string' ? body : JSON.stringify(body) })

t.test('real HTTP codes decide, and a body that says no is no success', async t => {
  const verdict = (status: number, body: unknown): string => { const { verdict, code } = interpret(answer(status, body), 0); return `${verdict} ${code}`.trim() }
  t.strictSame([
    verdict(200, { code: 200, message: 'Thành công', data: null }), verdict(200, ''), verdict(200, { code: -1, message: 'Sai trạng thái' }), verdict(400, 'thiếu'),
    verdict(401, ''), verdict(403, ''), verdict(404, ''), verdict(429, ''), verdict(502, ''), verdict(503, '')
  ], ['done', 'done', 'refused connector-refused', 'refused http-400', 'transient token-not-accepted', 'refused http-403', 'refused http-404', 'transient throttled', 'uncertain http-502', 'transient http-503'])
})

t.test('the list is read bare or wrapped; what has no id or code is kept apart; an answer without a list is not an empty list', async t => {
  const item = { IdHoSo: 'id-0001', MaHoSo: 'G01-1', MaTTHC: '1.000001' }
  const read = { items: [{ key: 'G01-1', dossierCode: 'G01-1', facts: { code: 'G01-1', id: 'id-0001', procedure: '1.000001' }, content: item }], unreadable: [], cursor: null, more: false }
  t.strictSame(readList(answer(200, [item]), 0), read)
  t.strictSame(readList(answer(200, { code: 200, data: [item] }), 0), read)
  t.match(readList(answer(200, [{ MaHoSo: 'G01-2' }, 'x', { ...item, IdHoSo: undefined, IDHoSo: 'id-0001' }]), 0), { items: [{ key: 'G01-1' }], unreadable: [{ MaHoSo: 'G01-2' }, 'x'] })
  t.match(readList(answer(200, [{ ...item, MaHoSo: 'Y Thử Niê' }, { ...item, IdHoSo: 'x'.repeat(101) }]), 0), { items: [], unreadable: [{}, {}] }, 'no code, and no place for one')
  t.match(readList(answer(200, { code: 200, data: null }), 0), { outcome: { verdict: 'uncertain', code: 'answer-not-understood' } })
  t.match(readList(answer(200, '<html>'), 0), { outcome: { code: 'answer-not-understood' } })
})

t.test('a login is read bare or wrapped; what is no token is never about a dossier', async t => {
  const token = { access_token: 'x', expires_in: 600, token_type: 'Bearer', scope: '' }
  t.strictSame(readLogin(answer(200, token), { now: 0, marginMs: 30_000 }), { value: 'x', until: 570_000 })
  t.strictSame(readLogin(answer(200, { code: 200, message: '', data: { ...token, expires_in: 'soon' } }), { now: 5, marginMs: 30_000 }), { value: 'x', until: 5 })
  for (const [status, body] of [[200, {}], [200, { access_token: '' }], [401, ''], [403, '']] as const) {
    t.match(readLogin(answer(status, body), { now: 0, marginMs: 0 }), { outcome: { verdict: 'transient', code: 'login-refused' } })
  }
})

t.test('a login that is not answered leaves nothing in doubt: no message has left', async t => {
  const http = { request: async () => { throw new HttpFailure('TIMEOUT', { sent: true }) }, close: async () => {} }
  const sessions = createSessions({ http, settings, now: () => 0 })
  const asked = await sessions.withToken(async () => { throw new Error('no call without a token') })
  t.match(asked, { outcome: { verdict: 'transient', rule: 'login.network.TIMEOUT', code: 'timed-out' } })
})
