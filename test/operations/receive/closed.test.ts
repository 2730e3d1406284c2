// Nobody is let in by omission, and nobody is told "taken" while nothing can be kept.
import t from 'tap'
import { aDossier } from '../../support/dossiers.js'
import { createDatabase } from '../../support/database.js'
import { portalSettings, startGateway, until } from '../../support/gateway.js'
import { startLine } from '../../http/requests/tcp-proxy.js'

t.setTimeout(120_000)

const skip = process.env['DATABASE_URL'] === undefined ? 'the connection cannot be cut on a socket file: set DATABASE_URL to a server on TCP' : false
const PATH = '/callbacks/national-portal/promotion-notice'
const NOTICE = { MaHoSo: 'G22.99-261104-000123', MaTTHC: '2.000002', MaSoThue: '0900000000', TenThuongNhan: 'Công ty Mẫu' }
const LOCAL = { ADAPTER_NATIONAL_PORTAL_INBOUND_ALLOW: '127.0.0.1' }

t.test('an operation for which no proof is set refuses every call, before its body is read', async t => {
  const { app, services } = await startGateway(t, { adapterSettings: portalSettings('http://127.0.0.1:9'), environment: { OUTBOUND: 'paused' } })
  const answer = await app.inject({ method: 'POST', url: PATH, payload: NOTICE })
  t.match([answer.statusCode, answer.headers.connection, answer.json()], [401, 'close', { error_code: -1, message: '| The caller is not authenticated.' }])
  const { action, details } = await services.db.selectFrom('audit_entries').select(['action', 'details']).executeTakeFirstOrThrow()
  t.match({ action, details }, { action: 'inbound.refused', details: { code: 'no-proof-configured', bytes: 0 } })
  t.equal((await app.inject({ url: PATH })).statusCode, 404, 'there is no other method')
})

t.test('while intake is closed the partner is told to come again, in its own form', async t => {
  const { app, services } = await startGateway(t, { adapterSettings: { ...portalSettings('http://127.0.0.1:9'), ...LOCAL }, environment: { OUTBOUND: 'paused', DATABASE_MAX_GB: '0.001' } })
  await until(() => services.watch.closedBy().size > 0)
  const answer = await app.inject({ method: 'POST', url: PATH, payload: NOTICE })
  t.match([answer.statusCode, answer.headers['retry-after'], answer.json()], [503, '30', { error_code: -1, message: /^\| temporarily unavailable/ }])
})

t.test('while the database is away nothing is acknowledged; afterwards the repetition is taken', { skip }, async t => {
  const line = await startLine(t, await createDatabase(t))
  const { app, push } = await startGateway(t, { databaseUrl: line.url, adapterSettings: { ...portalSettings('http://127.0.0.1:9'), ...LOCAL }, environment: { OUTBOUND: 'paused' } })
  t.equal((await push(aDossier())).statusCode, 202)
  const post = async (payload: unknown): Promise<unknown[]> => {
    const answer = await app.inject({ method: 'POST', url: PATH, payload: payload as object })
    return [answer.statusCode, answer.json<{ error_code: number }>().error_code]
  }
  await line.cut()
  t.strictSame(await post(NOTICE), [503, -1])
  t.strictSame(await post({ MaHoSo: 'x' }), [503, -1], 'a refusal that cannot be written down is none')
  await line.mend()
  await until(async () => (await app.inject({ url: '/readyz' })).statusCode === 200)
  t.strictSame(await post(NOTICE), [200, 0])
})

t.test('a promotion notice with 14 MB of files is checked whole, and taken', async t => {
  const { app, services } = await startGateway(t, { adapterSettings: { ...portalSettings('http://127.0.0.1:9'), ...LOCAL }, environment: { OUTBOUND: 'paused' } })
  const Base64 = Buffer.alloc(3_500_000, 'a').toString('base64')
  const payload = { ...NOTICE, TaiLieuNop: ['a.pdf', 'b.pdf', 'c.pdf'].map(TenTepDinhKem => ({ TenTepDinhKem, Base64 })) }
  const answer = await app.inject({ method: 'POST', url: PATH, payload })
  t.match([answer.statusCode, answer.json()], [200, { error_code: 0 }])
  const { bytes } = (await services.db.selectFrom('inbound_messages').select(eb => eb.fn<number>('octet_length', ['body']).as('bytes')).executeTakeFirstOrThrow())
  t.equal(bytes, Buffer.byteLength(JSON.stringify(payload)))
  payload.TaiLieuNop[2] = { TenTepDinhKem: 'c.pdf', Base64: `${Base64.slice(0, -1)}!` }
  t.match((await app.inject({ method: 'POST', url: PATH, payload: { ...payload, MaHoSo: 'G22.99-261104-000124' } })).json(), { error_code: -1, message: /TaiLieuNop\/2\/Base64/ })
})

t.test('without TRUST_PROXY nobody is believed to come from another address', async t => {
  const { app } = await startGateway(t, { adapterSettings: { ...portalSettings('http://127.0.0.1:9'), ...LOCAL }, environment: { OUTBOUND: 'paused' } })
  const status = async (remoteAddress: string, headers: Record<string, string>): Promise<number> => (await app.inject({ method: 'POST', url: PATH, payload: NOTICE, remoteAddress, headers })).statusCode
  t.equal(await status('203.0.113.9', { 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1', forwarded: 'for=127.0.0.1' }), 401)
  t.equal(await status('127.0.0.1', { 'x-forwarded-for': '203.0.113.9' }), 200)
})
