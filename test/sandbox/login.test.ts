import t from 'tap'
import { CODE, EXPIRED, dossier, post, start } from './support.js'

const WRONG = { error_code: -1, message: 'Sai tên đăng nhập hoặc mật khẩu' }
const GOOD = { username: '000.00.00.H15', password: 'sandbox' }

t.test('login gives a session under all three addresses', async t => {
  const { base } = await start(t)
  for (const prefix of ['/XrdAdapter/RestService/forward', '/VXPAdapter/RestService/forward', '']) {
    const answer = await (await post(`${base}${prefix}/mapi/login`, GOOD)).json()
    t.match(answer, { error_code: 0, message: '', session: /^sandbox-session-/ }, prefix)
  }
})

t.test('wrong credentials are answered with HTTP 200 and no session', async t => {
  const { login } = await start(t)
  for (const credentials of [{ ...GOOD, password: 'x' }, { ...GOOD, username: 'x' }, {}, { username: null, password: null }]) {
    const response = await login(credentials)
    t.equal(response.status, 200)
    t.strictSame(await response.json(), WRONG)
  }
})

t.test('several accounts can log in', async t => {
  const { login } = await start(t, { settings: { accounts: [GOOD, { username: '000.00.00.H16', password: 'two' }] } })
  t.match(await (await login({ username: '000.00.00.H16', password: 'two' })).json(), { error_code: 0 })
})

t.test('a call without a valid session is told so', async t => {
  const { ask } = await start(t)
  for (const session of ['', 'unknown', 7, undefined]) {
    t.strictSame(await ask({ session, service: 'LayDanhSachTTHC' }), EXPIRED)
  }
})

t.test('a session ends with its time', async t => {
  let time = Date.parse('2026-11-04T09:00:00+07:00')
  const { ask } = await start(t, { now: () => time, settings: { sessionSeconds: 60 } })
  time += 59_999
  t.match(await ask({ service: 'LayDanhMucCoQuan' }), { error_code: 0 })
  time += 1
  t.strictSame(await ask({ service: 'LayDanhMucCoQuan' }), EXPIRED)
})

t.test('a session ends after the set number of calls, and a new login helps', async t => {
  const client = await start(t, { settings: { sessionCalls: 2 } })
  const codes: unknown[] = []
  for (let call = 0; call < 3; call++) codes.push((await client.ask({ service: 'LayDanhMucCoQuan' }) as { error_code: unknown }).error_code)
  t.strictSame(codes, [0, 0, -1])
  client.session = (await (await client.login()).json() as { session: string }).session
  t.match(await client.ask({ service: 'LayDanhMucCoQuan' }), { error_code: 0 })
})

t.test('dstcode may be a header or a query parameter, but must be there', async t => {
  const { base, session } = await start(t)
  const body = JSON.stringify({ session, madonvi: '000.00.00.H15', service: 'LayDanhMucCoQuan' })
  const headers = { 'content-type': 'application/json' }
  const inQuery = await post(`${base}/mapi/g?dstcode=VN:GOV:x`, body, { headers })
  t.match(await inQuery.json(), { error_code: 0 })
  const nowhere = await post(`${base}/mapi/g`, body, { headers })
  t.equal(nowhere.status, 400)
  t.match(await nowhere.json(), { error_code: -1, message: /dstcode/ })
})

t.test('what is no envelope is refused with a reason', async t => {
  const { base, ask } = await start(t)
  const broken = await post(`${base}/mapi/g`, '{"session": ')
  t.equal(broken.status, 400)
  t.match(await broken.json(), { error_code: -1, message: /JSON/ })
  t.match(await ask({ madonvi: 'H15', service: 'LayDanhMucCoQuan' }), { error_code: -1, message: /madonvi/ })
  t.match(await ask({ service: 'LamGiDo' }), { error_code: -1, message: /LamGiDo/ })
  t.match(await ask({}), { error_code: -1, message: /trống/ })
})

t.test('a body over 2 MB is refused with 413', async t => {
  const { send, sandbox } = await start(t)
  const response = await send({ service: 'DongBoHoSoMC', isUpdating: 'False', data: [dossier({ GhiChu: 'x'.repeat(2_100_000) })] })
  t.equal(response.status, 413)
  t.match(await response.json(), { error_code: -1, message: /2 MB/ })
  t.equal(sandbox.store.dossier(CODE), undefined)
})
