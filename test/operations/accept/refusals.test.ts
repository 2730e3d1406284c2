// Strangers, broken and oversized bodies, unknown services, closed intake: each is told in the portal's own form, and stores nothing.
import { sql } from 'kysely'
import t from 'tap'
import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import { generateKey } from '../../../src/db/keys.js'
import { startGateway } from '../../support/gateway.js'
import { createClientA } from './client-a.js'
import { anItem, CLIENT, startDropIn, someSteps, UNIT } from './support.js'

const gateway = await startDropIn(t)
const { app, services: { db }, key } = gateway
const AUTHORIZED = { authorization: `Bearer ${key}` }
const A = '/national-portal/mapi/g'
const B = '/national-portal/DongBoHoSoMC?isUpdating=False'
const STEPS = '/national-portal/CapNhatTienDoHoSoMC'

async function post (url: string, payload: unknown, headers: Record<string, string> = {}): Promise<LightMyRequestResponse> {
  return app.inject({ method: 'POST', url, headers: { 'content-type': 'application/json', ...headers }, payload: payload as InjectOptions['payload'] & object })
}

const count = async (): Promise<number> => Number((await db.selectFrom('dossiers').select(sql<string>`count(*)`.as('n')).executeTakeFirstOrThrow()).n)

t.test('a body that is no JSON, no object, no UTF-8, or empty', async t => {
  for (const [what, body] of [['cut', '{"session": "x"'], ['a list', '[]'], ['a text', '"x"'], ['no UTF-8', Buffer.from([0x7b, 0xff, 0x7d])], ['a forbidden member', '{"__proto__": {}}'], ['100,000 deep', `{"data":${'['.repeat(100_000)}${']'.repeat(100_000)}}`], ['nothing', '']] as const) {
    const a = await post(A, body)
    t.match([a.statusCode, a.json()], [200, { error_code: -1, message: /Không đọc được/ }], `A: ${what}`)
    t.match(a.headers['content-type'], /application\/json/)
  }
  for (const [what, body] of [['cut', '[{'], ['an object', '{}'], ['an empty list', '[]'], ['nothing', '']] as const) {
    const b = await post(B, body, AUTHORIZED)
    t.match([b.statusCode, b.json()], [200, { error_code: '-1', message: /Không đọc được/ }], `B: ${what}`)
  }
  const text = await post(STEPS, '[{', AUTHORIZED)
  t.match([text.headers['content-type'], text.body], [/text\/plain/, /^Không đọc được/])
  t.equal(await count(), 0)
})

t.test('20 MB: 413 with the portal\'s members, in both generations', async t => {
  const big = JSON.stringify([anItem({ GhiChu: 'x'.repeat(20_000_000) })])
  for (const response of [await post(A, big), await post(B, big, AUTHORIZED)]) {
    t.equal(response.statusCode, 413)
    t.match(response.json(), { error_code: /^-1$/, message: /vượt quá giới hạn/ })
  }
  t.equal(await count(), 0)
})

t.test('JSON under any content type, or none', async t => {
  for (const type of ['application/json; charset=UTF-8', 'text/plain', 'application/x-www-form-urlencoded', 'json', ';;', '']) {
    const response = await app.inject({ method: 'POST', url: B, headers: { ...AUTHORIZED, ...(type === '' ? {} : { 'content-type': type }) }, payload: JSON.stringify([anItem()]) })
    t.match(response.json(), { error_code: '0' }, type)
  }
})

t.test('an unknown service: told in the envelope\'s form, and as an unknown address', async t => {
  const portal = createClientA({ base: `${gateway.url}/national-portal`, username: CLIENT, password: key, madonvi: UNIT })
  t.strictSame(await portal.call('LayMatKhau', {}), { error_code: -1, message: 'Không có dịch vụ này' })
  const b = await post('/national-portal/LayMatKhau', '', AUTHORIZED)
  t.match([b.statusCode, b.json()], [404, { error_code: '-1', message: 'Không có dịch vụ này' }])
})

t.test('a wrong login is told late and alike: unknown client, wrong key, another client\'s key, no texts', async t => {
  const attempts = [{ username: CLIENT, password: generateKey() }, { username: 'khong-co', password: generateKey() }, { username: 'khong-co', password: key }, { username: CLIENT, password: 'mật khẩu' }]
  const started = Date.now()
  const answers = await Promise.all(attempts.map(async attempt => (await post('/national-portal/mapi/login', attempt)).json()))
  t.ok(Date.now() - started >= 490)
  t.strictSame(answers, attempts.map(() => ({ error_code: -1, message: 'Sai tên đăng nhập hoặc mật khẩu' })))
  t.match((await post('/national-portal/mapi/login', { username: 1 })).json(), { error_code: -1, message: /username và password/ })
  t.equal((await db.selectFrom('client_sessions').select('adapter').where('adapter', '=', 'x').execute()).length, 0)
})

t.test('no text of a session, nor the session itself, is stored', async t => {
  const { session } = (await post('/VXPAdapter/RestService/forward/mapi/login?dstcode=VN:GOV:x', { username: CLIENT, password: key })).json<{ session: string }>()
  t.match(session, /^[\w-]{43}$/)
  const { rows } = await sql<{ row: string }>`select row_to_json(s)::text as row from client_sessions s union all select row_to_json(a)::text from audit_entries a`.execute(db)
  t.ok(rows.length > 0)
  t.notOk(rows.some(({ row }) => row.includes(session) || row.includes(Buffer.from(session).toString('hex'))))
  const opened = await db.selectFrom('audit_entries').select(['actor', 'adapter']).where('action', '=', 'client.session-opened').orderBy('id', 'desc').executeTakeFirst()
  t.strictSame(opened, { actor: `client:${CLIENT}`, adapter: 'national-portal' })
})

t.test('closed intake: 503 with Retry-After, which no known client takes for success; logins and reads go on', async t => {
  const closed = await startDropIn(t, { environment: { DATABASE_MAX_GB: '0.001', ADAPTER_NATIONAL_PORTAL_ACCEPT_ERROR_CODE: 'text', ADAPTER_NATIONAL_PORTAL_ACCEPT_SESSION_MESSAGE: 'Hết phiên' } })
  const call = async (url: string, payload: object): Promise<LightMyRequestResponse> => closed.app.inject({ method: 'POST', url, payload, headers: { authorization: `Bearer ${closed.key}` } })
  const { session } = (await call('/national-portal/mapi/login', { username: CLIENT, password: closed.key })).json<{ session: string }>()
  const item = anItem()
  const a = await call(A, { session, madonvi: UNIT, service: 'DongBoHoSoMC', isUpdating: 'False', data: [item] })
  t.match([a.statusCode, a.headers['retry-after'], a.json()], [503, '30', { error_code: '-1', message: /chưa lưu gì/ }])
  const b = await call(STEPS, someSteps(item.MaHoSo))
  t.match([b.statusCode, b.body], [503, /chưa lưu gì/])
  t.match((await call(A, { session, madonvi: UNIT, service: 'LayDanhMucLinhVuc' })).json(), { error_code: '0', result: [{}] })
  t.strictSame((await call(A, { session: 'x', madonvi: UNIT, service: 'LayDanhMucLinhVuc' })).json(), { error_code: '-1', message: 'Hết phiên' })
})

t.test('nothing of it is there unless a setting opens it', async t => {
  const off = await startGateway(t, { role: 'api' })
  for (const url of [A, '/national-portal/mapi/login', B]) t.equal((await off.app.inject({ method: 'POST', url, payload: {} })).statusCode, 404, url)
})
