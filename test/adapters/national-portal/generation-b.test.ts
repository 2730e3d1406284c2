// Generation B: one address per service, bare arrays, no login (contract §1.4, §1.5, §1.7).
import t from 'tap'
import { createClient } from '../../../adapters/national-portal/client.js'
import { HttpFailure } from '../../../src/adapter-kit/http.js'
import { readAdapterSettings } from '../../../src/config/adapter-settings.js'
import type { ConfigError } from '../../../src/base/problem.js'
import { context, dossierCall, manifest, ONE_ADDRESS, portal, progressCall, settings, THREE_ADDRESSES, type Answer } from './support.js'
import type { Settings } from '../../../src/adapter-kit/contract/open.js'
import type { CallMode, PlannedCall, WireRequest } from '../../../src/adapter-kit/contract/deliver.js'

const NEVER = new AbortController().signal
const CODE = '000.00.14.H15-261104-0001'
const DONE: Answer = { body: { error_code: '0', message: 'Đồng bộ thành công' } }
const doubled = (inner: object, code: unknown = '0'): Answer => ({ body: { error_code: code, message: JSON.stringify(inner) } })

function described (call: PlannedCall, mode: CallMode, changed: Settings): WireRequest {
  const client = createClient({
    settings: { ...settings, BASE_URL: 'http://10.0.0.9:8084/test/api/SynsTTHCC', ...changed }, limits: manifest.limits, now: () => 0
  })
  void client.close()
  return client.describe(call, mode)
}

t.test('one address tells create from update by its query, and names the unit', async t => {
  const create = described(dossierCall, 'create', ONE_ADDRESS)
  t.equal(create.url, 'http://10.0.0.9:8084/test/api/SynsTTHCC/DongBoHoSoMC?MaDinhDanhDV=000.00.00.H15&isUpdating=False')
  t.strictSame(create.body, dossierCall.message, 'the bare list')
  t.equal(described(dossierCall, 'update', ONE_ADDRESS).url, 'http://10.0.0.9:8084/test/api/SynsTTHCC/DongBoHoSoMC?MaDinhDanhDV=000.00.00.H15&isUpdating=True')
  t.equal(described(progressCall, 'update', ONE_ADDRESS).url, 'http://10.0.0.9:8084/test/api/SynsTTHCC/CapNhatTienDoHoSoMC?MaDinhDanhDV=000.00.00.H15')
})

t.test('three addresses are three paths', async t => {
  const last = (call: PlannedCall, mode: CallMode): string | undefined => described(call, mode, THREE_ADDRESSES).url.split('/').at(-1)
  t.strictSame([last(dossierCall, 'create'), last(dossierCall, 'update'), last(progressCall, 'update')], ['ThemMoiHoSo', 'CapNhatHoSo', 'DongBoTienTrinh'])
})

t.test('a message leaves as it was planned, without login, session or dstcode', async t => {
  const { client, seen } = await portal(t, () => DONE, { settings: ONE_ADDRESS })
  t.match(await client.send(dossierCall, context('create')), { verdict: 'done', rule: 'portal.success-code-and-phrase' })
  t.equal(seen.length, 1)
  t.strictSame(seen[0]?.body, dossierCall.message)
  t.match(seen[0]?.headers, { 'content-type': 'application/json', charset: 'utf-8' })
  t.notOk(seen[0]?.headers.authorization ?? seen[0]?.headers.dstcode)
})

t.test('the token goes with every call, and is shown in none', async t => {
  const { client, seen } = await portal(t, () => DONE, { settings: { ...ONE_ADDRESS, AUTHORIZATION: 'bearer', TOKEN: 'bi-mat-9f31' } })
  await client.send(progressCall, context('update'))
  await client.exists(CODE, NEVER).catch(() => undefined)
  await client.test(NEVER)
  t.strictSame(seen.map(one => one.headers.authorization), Array(3).fill('Bearer bi-mat-9f31'))
  const shown = client.describe(dossierCall, 'create')
  t.equal(shown.headers.Authorization, 'Bearer «token»')
  t.notMatch(JSON.stringify(shown), 'bi-mat-9f31')
})

t.test('a 401 speaks of the token, and never of the dossier', async t => {
  const { client } = await portal(t, () => ({ status: 401, body: '' }), { settings: ONE_ADDRESS })
  t.match(await client.send(dossierCall, context()), { verdict: 'transient', code: 'token-not-accepted' })
  t.match(await client.test(NEVER), { verdict: 'transient', code: 'token-not-accepted' })
})

t.test('words about a session are about the wrapper\'s own: we have none', async t => {
  const { client } = await portal(t, () => ({ body: { error_code: '-1', message: 'Phiên làm việc hết hạn' } }), { settings: ONE_ADDRESS })
  t.match(await client.send(dossierCall, context()), { verdict: 'transient', code: 'token-not-accepted' })
})

t.test('"not there" is believed, with a cure, where nobody can be asked again', async t => {
  const answer = { body: { error_code: '-3', message: 'Hồ sơ không tồn tại' } }
  const without = await portal(t, () => answer, { settings: THREE_ADDRESSES })
  t.match(await without.client.send(dossierCall, context('update')), { verdict: 'refused', cure: { vi: /LOOKUP_PATH/, en: /LOOKUP_PATH/ } })
  const asking = await portal(t, () => answer, { settings: ONE_ADDRESS })
  t.match(await asking.client.send(dossierCall, context('update')), { verdict: 'missing' })
})

const PROGRESS: Array<[string, string, object]> = [
  ['plain text of success', 'Cập nhật tiến độ THÀNH CÔNG', { verdict: 'done', rule: 'portal.success-text' }],
  ['the same as a JSON string', '"Đồng bộ tiến trình thành công"', { verdict: 'done' }],
  ['plain text of failure, which contains the words of success', 'Đồng bộ không thành công', { verdict: 'uncertain' }],
  ['plain text about an unknown dossier', 'Đồng bộ không thành công: Hồ sơ X không tồn tại', { verdict: 'missing' }],
  ['plain text that says nothing known', 'Đã nhận', { verdict: 'uncertain', code: 'answer-not-understood' }],
  ['nothing', '', { verdict: 'uncertain', code: 'empty-answer' }]
]

for (const [what, body, outcome] of PROGRESS) {
  t.test(`steps answered with ${what}`, async t => {
    const { client } = await portal(t, () => ({ body, headers: { 'content-type': 'text/plain; charset=utf-8' } }), { settings: ONE_ADDRESS })
    t.match(await client.send(progressCall, context('update')), outcome)
  })
}

t.test('a wrapper\'s success that carries the portal\'s refusal is a refusal', async t => {
  let answer = doubled({ error_code: -3, message: 'Hồ sơ đã tồn tại' })
  const { client } = await portal(t, () => answer, { settings: ONE_ADDRESS })
  t.match(await client.send(dossierCall, context('create')), { verdict: 'exists' })
  answer = doubled({ error_code: -1, message: 'Mã thủ tục 9.999999 không tồn tại' })
  t.match(await client.send(dossierCall, context('create')), { verdict: 'refused', code: 'unknown-procedure' })
  answer = doubled({ error_code: 0, message: 'Đồng bộ thành công' })
  t.match(await client.send(dossierCall, context('create')), { verdict: 'done' })
})

t.test('a lookup puts the code into the address', async t => {
  const { client, seen } = await portal(t, () => doubled({ result: [{ MaHoSo: CODE }] }), { settings: ONE_ADDRESS })
  t.equal(await client.exists(CODE, NEVER), true)
  t.match(seen, [{ method: 'GET', path: `/forward/TraCuuHoSo?mahoso=${CODE}` }])
  await client.exists('a&b=1', NEVER)
  t.equal(seen[1]?.path, '/forward/TraCuuHoSo?mahoso=a%26b%3D1')
})

t.test('READ_METHOD posts without a body', async t => {
  const { client, seen } = await portal(t, () => doubled({ result: [] }), { settings: { ...ONE_ADDRESS, READ_METHOD: 'post' } })
  t.equal(await client.exists(CODE, NEVER), false)
  t.match(seen, [{ method: 'POST', body: {} }])
})

t.test('an empty list is a no, double-encoded or not', async t => {
  let answer = doubled({ result: [] })
  const { client } = await portal(t, () => answer, { settings: ONE_ADDRESS })
  t.equal(await client.exists(CODE, NEVER), false)
  answer = { body: { error_code: 0, message: '', result: [] } }
  t.equal(await client.exists(CODE, NEVER), false)
})

const SILENCES: Record<string, Answer> = {
  'a wrapper\'s error': doubled({ result: [] }, '-3'),
  'the portal\'s error inside a wrapper\'s success': doubled({ error_code: -1, message: 'Phiên hết hạn', result: [] }),
  'a success without a list': { body: { error_code: '0', message: 'Thành công' } },
  'a list that is null': doubled({ result: null }),
  'an object for a list': doubled({ result: {} }),
  'a broken inner text': { body: { error_code: '0', message: '{"result":[' } },
  'a bare empty list': { body: [] },
  'an empty object': { body: {} },
  'plain text': { body: 'không tìm thấy hồ sơ', headers: { 'content-type': 'text/plain' } },
  'a page': { body: '<html></html>', headers: { 'content-type': 'text/html' } },
  nothing: { body: '' },
  'a 404': { status: 404, body: { error_code: '0', message: '{"result":[]}' } },
  'a 502': { status: 502, body: '' }
}

for (const [what, answer] of Object.entries(SILENCES)) {
  t.test(`2: ${what} is not taken for "no such dossier"`, async t => {
    const { client } = await portal(t, () => answer, { settings: ONE_ADDRESS })
    await t.rejects(client.exists(CODE, NEVER), { message: /^TraCuuHoSo gave no answer: / })
  })
}

t.test('2: neither is a lookup that is cut off, nor one that the wrapper does not offer', async t => {
  const cut = await portal(t, () => null, { settings: ONE_ADDRESS })
  await t.rejects(cut.client.exists(CODE, NEVER), HttpFailure)
  const none = await portal(t, () => DONE, { settings: THREE_ADDRESSES })
  await t.rejects(none.client.exists(CODE, NEVER), { message: 'LOOKUP_PATH is not set: the wrapper cannot be asked' })
  t.equal(none.seen.length, 0)
})

const PROBES: Array<[string, Answer, object]> = [
  ['rows', doubled({ result: [] }), { verdict: 'done', rule: 'portal.probe' }],
  ['a refusal', { body: { error_code: '-3', message: 'Lỗi' } }, { verdict: 'refused' }],
  ['a busy wrapper', { body: { error_code: '-3', message: 'Hệ thống đang bận' } }, { verdict: 'transient' }],
  ['a page', { body: '<html></html>' }, { verdict: 'uncertain' }],
  ['no such address', { status: 404, body: '' }, { verdict: 'refused', code: 'http-404' }]
]

for (const [what, answer, outcome] of PROBES) {
  t.test(`a test reads PROBE_PATH: ${what}`, async t => {
    const { client, seen } = await portal(t, () => answer, { settings: ONE_ADDRESS })
    t.match(await client.test(NEVER), outcome)
    t.match(seen, [{ method: 'GET', path: '/forward/LayDanhMucLinhVuc' }])
  })
}

t.test('sending is told before the message leaves', async t => {
  const order: string[] = []
  const { client } = await portal(t, () => {
    order.push('write')
    return DONE
  }, { settings: ONE_ADDRESS })
  await client.send(dossierCall, { ...context(), sending: async () => { order.push('sending') } })
  t.strictSame(order, ['sending', 'write'])
})

t.test('each generation needs its own settings, and names those that are missing', async t => {
  const missing = (environment: Record<string, string>): string[] => {
    try {
      readAdapterSettings(environment, manifest)
      return []
    } catch (error) {
      return (error as ConfigError).problems.map(problem => problem.replace('ADAPTER_NATIONAL_PORTAL_', '').split(':')[0] ?? '')
    }
  }
  const named = (values: Settings): Record<string, string> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [`ADAPTER_NATIONAL_PORTAL_${name}`, String(value)]))
  t.strictSame(missing({}), ['BASE_URL', 'UNIT_CODE', 'LOGIN_PATH', 'WRITE_PATH', 'READ_PATH', 'USERNAME', 'PASSWORD', 'DSTCODE'])
  t.strictSame(missing(named({ GENERATION: 'b' })), ['BASE_URL', 'UNIT_CODE', 'CREATE_PATH', 'UPDATE_PATH', 'PROGRESS_PATH'])
  const common = { BASE_URL: 'http://10.0.0.9', UNIT_CODE: '000.00.00.H15' }
  t.strictSame(missing(named({ ...common, ...ONE_ADDRESS })), [])
  t.strictSame(missing(named({ ...common, ...THREE_ADDRESSES, AUTHORIZATION: 'bearer' })), ['TOKEN'])
  t.strictSame(missing(named({ ...common, ...ONE_ADDRESS, CREATE_PATH: 'x?{ma}', LOOKUP_PATH: 'TraCuuHoSo' })), ['CREATE_PATH', 'LOOKUP_PATH'], 'a lookup without the code would ask about nothing')
})

t.test('lists are read by the service\'s name, what a service takes stands in the query', async t => {
  const { client, seen } = await portal(t, () => doubled({ result: [{ MATTHC: '1.000001', TENTTHC: 'Thủ tục mẫu' }] }), { settings: THREE_ADDRESSES })
  t.match(await client.pull?.({ list: 'procedures' }, NEVER), { items: [{ key: '1.000001', name: 'Thủ tục mẫu' }] })
  await client.pull?.({ list: 'procedureDetails', key: '1.000001' }, NEVER)
  t.match(seen.map(({ path }) => path.replace(/^.*\//, '')), ['LayDanhSachTTHC', 'LayThuTuc?maTTHC=1.000001'])
})
