// Payments as the platform and the province meet them: over real HTTP, at once, too late, twice, and with the store away.
import { sql } from 'kysely'
import t from 'tap'
import { SIGNED } from '../../../adapters/payment-platform/signing.js'
import { joinedMac } from '../../../src/adapter-kit/mac.js'
import type { Dossier } from '../../../src/model/dossier-types.js'
import { inboundOperations } from '../../../src/operations/receive/operations.js'
import { paymentRecords } from '../../../src/operations/receive/payments.js'
import { installAdapters } from '../../../src/adapters/activate.js'
import { readExample } from '../../contracts/support.js'
import { aDossier, codeOf } from '../../support/dossiers.js'
import { KEY, portalSettings, startGateway, until } from '../../support/gateway.js'

type Message = Record<string, unknown>

const SECRET = 'DEMO-SECRET'
const PLATFORM = {
  ADAPTER_PAYMENT_PLATFORM_PARTNER_CODE: 'DEMO01',
  ADAPTER_PAYMENT_PLATFORM_SECRET: SECRET
}
const gateway = await startGateway(t, {
  role: 'api',
  adapterSettings: {
    ...portalSettings('http://127.0.0.1:1'),
    ...PLATFORM,
    ADAPTERS: 'national-portal,payment-platform',
    ADAPTER_PAYMENT_PLATFORM_INBOUND_ALLOW: '127.0.0.1',
    ADAPTER_PAYMENT_PLATFORM_BENEFICIARY_ACCOUNT: '0000000001',
    ADAPTER_PAYMENT_PLATFORM_BENEFICIARY_BANK: 'DEMOBANK',
    ADAPTER_PAYMENT_PLATFORM_BENEFICIARY_NAME: 'TINH MAU',
    ADAPTER_PAYMENT_PLATFORM_UNITS: 'H15.14',
    ADAPTER_PAYMENT_PLATFORM_UNITS_H15_14_BENEFICIARY_ACCOUNT: '0000000014',
    ADAPTER_PAYMENT_PLATFORM_UNITS_H15_14_BENEFICIARY_BANK: 'DEMOBANK',
    ADAPTER_PAYMENT_PLATFORM_UNITS_H15_14_BENEFICIARY_NAME: 'SO MAU'
  }
})
const { db } = gateway.services
const base = await gateway.app.listen({ host: '127.0.0.1', port: 0 })
const EXAMPLE = readExample<Message>('payment-platform', '7.11-confirm')

async function post (path: string, body: unknown, headers: Record<string, string> = {}): Promise<{ status: number, body: Message }> {
  const response = await fetch(base + path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) })
  return { status: response.status, body: await response.json() as Message }
}

async function confirm (changes: Message): Promise<string> {
  const message = { ...EXAMPLE, ...changes }
  const { status, body } = await post('/ppdvcqg/dpnhankqthanhtoanhs', { ...message, MaXacThuc: joinedMac(message, { fields: SIGNED.CONFIRM, secret: SECRET }) })
  return `${status} ${String(body['MaLoi'])}`
}

async function lookUp (code: string): Promise<{ error_code: number, message: Message }> {
  return (await post('/dptracuuthanhtoanhs', { MaHoSo: code })).body as { error_code: number, message: Message }
}

async function register (code: string, reference: string, amount = '150000'): Promise<number> {
  return (await post(`/v1/dossiers/${code}/payments`, { reference, amount }, { authorization: `Bearer ${KEY}` })).status
}

interface Shown {
  paid: string
  due: string
  payments: Array<{ reference: string, state: string, transactionId: string | null, inboundId?: string }>
  refused: Array<{ code: string, reference: string, amount: string, transactionId: string }>
}
const shown = async (code: string): Promise<Shown> => (await gateway.call({ url: `/v1/dossiers/${code}/payments` })).json<Shown>()

async function push (code: string, changes: Partial<Dossier> = {}): Promise<string> {
  const { onlinePayment: _, ...dossier } = aDossier({ code, fees: [{ name: 'Lệ phí mẫu', amount: '150000' }], ...changes })
  await gateway.push({ ...dossier, ...(changes.onlinePayment === undefined ? {} : { onlinePayment: changes.onlinePayment }) })
  return code
}

async function events (code: string): Promise<string[]> {
  const rows = await db.selectFrom('audit_entries').select(['action', 'details']).where('dossier_code', '=', code).where('action', 'in', ['inbound.accepted', 'inbound.refused']).orderBy('id').execute()
  return rows.map(({ action, details }) => `${action} ${String(details['event'] ?? details['code'] ?? '')}`.trim())
}

t.test('of two transactions at once for one reference exactly one is taken; the other is told so, and seen', async t => {
  const code = await push(codeOf(1))
  const references = Array.from({ length: 8 }, (_, index) => `at-once-${index}`)
  for (const reference of references) await register(code, reference)
  const answers = await Promise.all(references.map(async MaThamChieu =>
    Promise.all(['PP1', 'PP2', 'PP3'].map(async MaGiaoDich => confirm({ MaThamChieu, MaGiaoDich })))))
  for (const three of answers) t.strictSame(three.sort(), ['200 00', '200 99', '200 99'])
  const { payments } = await shown(code)
  t.ok(payments.every(({ state, transactionId }) => state === 'paid' && /^PP[123]$/.test(String(transactionId))))
  const seen = await events(code)
  t.equal(seen.filter(event => event === 'inbound.accepted payment.confirmed').length, 8)
  t.equal(seen.filter(event => event === 'inbound.refused already-paid').length, 16)
})

t.test('the same result eight times at once is recorded once, and answered 00 each time', async t => {
  const code = await push(codeOf(2))
  await register(code, 'same-at-once')
  const answers = await Promise.all(Array.from({ length: 8 }, async () => confirm({ MaThamChieu: 'same-at-once' })))
  t.strictSame([...new Set(answers)], ['200 00'])
  t.strictSame((await events(code)).filter(event => event.includes('accepted')), ['inbound.accepted payment.confirmed'])
  const { count } = await db.selectFrom('inbound_messages').select(({ fn }) => fn.countAll<string>().as('count')).where('key', 'like', 'same-at-once|%').executeTakeFirstOrThrow()
  t.equal(count, '1')
})

t.test('a result that comes before its registration is refused, and taken when it is repeated after it', async t => {
  const code = await push(codeOf(3))
  t.equal(await confirm({ MaThamChieu: 'too-early' }), '200 99')
  t.equal(await register(code, 'too-early'), 201)
  t.equal(await confirm({ MaThamChieu: 'too-early' }), '200 00')
  t.match(await shown(code), { paid: '150000', due: '0', payments: [{ reference: 'too-early', state: 'paid', transactionId: 'PP0000000123' }] })
})

t.test('a failed try, then a paid one, then a late failure: paid stays', async t => {
  const code = await push(codeOf(4))
  await register(code, 'three-tries')
  t.equal(await confirm({ MaThamChieu: 'three-tries', MaGiaoDich: 'PP1', MaLoi: '24' }), '200 00')
  t.match(await shown(code), { paid: '0', due: '150000', payments: [{ state: 'failed', transactionId: 'PP1' }] })
  t.equal(await confirm({ MaThamChieu: 'three-tries', MaGiaoDich: 'PP2' }), '200 00')
  t.equal(await confirm({ MaThamChieu: 'three-tries', MaGiaoDich: 'PP3', MaLoi: '24' }), '200 99')
  t.equal(await confirm({ MaThamChieu: 'three-tries', MaGiaoDich: 'PP2', SoTien: 150_001 }), '200 99')
  t.match(await shown(code), {
    paid: '150000',
    due: '0',
    payments: [{ state: 'paid', transactionId: 'PP2' }],
    refused: [
      { code: 'conflict', adapter: 'payment-platform', reference: 'three-tries', amount: '150001', currency: 'VND', transactionId: 'PP2' },
      { code: 'already-paid', reference: 'three-tries', amount: '150000', transactionId: 'PP3' }
    ]
  })
  const [{ inboundId = '' } = {}] = (await shown(code)).payments
  const proof = (await gateway.call({ url: `/v1/inbound/${inboundId}` })).json<{ key: string }>()
  t.equal(proof.key, 'three-tries|PP2|00', 'the message that decided it can be read')
  t.strictSame(await events(code), ['inbound.accepted payment.failed', 'inbound.accepted payment.confirmed', 'inbound.refused already-paid', 'inbound.refused conflict'])
})

t.test('a claim in another currency than was asked for is refused, and nothing is paid', async t => {
  const dossierCode = await push(codeOf(10))
  await register(dossierCode, 'other-currency')
  // To the records themselves: the adapter lets no such message through to them.
  const claim = { reference: 'other-currency', amount: '150000', currency: 'USD', transactionId: 'PP1', paid: true }
  const results = await db.transaction().execute(async tx => paymentRecords.settle(tx, [{ inboundId: '1', dossierCode, claim }]))
  t.strictSame(results, ['amount-differs'])
  t.match(await shown(dossierCode), { paid: '0', due: '150000', payments: [{ state: 'requested', transactionId: null }] })
  t.equal(await confirm({ MaThamChieu: 'other-currency' }), '200 00', 'the same amount in the right one is taken')
})

t.test('a result changes no dossier and plans no delivery: that is the province\'s push', async t => {
  const code = await push(codeOf(5))
  await register(code, 'no-change')
  const state = async (): Promise<unknown> => (await sql`
    select x.revision, (select count(*) from revisions r where r.dossier_id = x.id) as revisions, (select count(*) from deliveries d where d.dossier_id = x.id) as deliveries
    from dossiers x where x.code = ${code}`.execute(db)).rows
  const before = await state()
  t.equal(await confirm({ MaThamChieu: 'no-change' }), '200 00')
  t.strictSame(await state(), before)
})

t.test('what is due is asked for once, however often the platform asks, and can be paid under that reference', async t => {
  const code = await push(codeOf(6))
  const answers = await Promise.all(Array.from({ length: 6 }, async () => lookUp(code)))
  const references = new Set(answers.map(({ message }) => String(message['MaTraCuuTT'])))
  t.equal(references.size, 1, 'nobody can pay one fee under two references')
  const [reference = ''] = references
  t.match(reference, new RegExp(`^${code}\\d{14}$`))
  t.match(answers[0]?.message, { DSKhoanNop: [{ NoiDung: 'Lệ phí mẫu', SoTien: '150000' }] })
  t.match(await shown(code), { payments: [{ reference, requestedBy: 'partner:payment-platform', amount: '150000' }] })

  t.equal(await confirm({ MaThamChieu: reference, SoTien: 149_999 }), '200 99', 'one dong less')
  t.equal((await lookUp(code)).error_code, 1)
  t.equal(await confirm({ MaThamChieu: reference }), '200 00')
  t.equal((await lookUp(code)).error_code, 0)

  await push(code, { fees: [{ name: 'Lệ phí mẫu', amount: '170000' }] })
  // Within the second of the paid reference there is no other one: the platform asks again.
  let rest = await lookUp(code)
  await until(async () => {
    rest = await lookUp(code)
    return rest.error_code === 1
  })
  t.match(rest, { error_code: 1, message: { DSKhoanNop: [{ SoTien: '20000' }] } })
  t.not(rest.message['MaTraCuuTT'], reference)
  await push(code, { fees: [{ name: 'Lệ phí mẫu', amount: '170000' }], onlinePayment: 'national-platform' })
  t.equal((await lookUp(code)).error_code, 0, 'the province says that it is paid')
})

t.test('the account is that of the dossier\'s unit, or the province\'s', async t => {
  t.match(await lookUp(await push(codeOf(7))), { message: { TKThuHuong: '0000000014', TenTKThuHuong: 'SO MAU' } })
  const elsewhere = await push(codeOf(8), { agency: { code: '000.00.18.H15', name: 'Sở khác' } })
  t.match(await lookUp(elsewhere), { message: { TKThuHuong: '0000000001', TenTKThuHuong: 'TINH MAU' } })
})

t.test('a lookup proves nothing: without an allow list it is closed, a result is not', async t => {
  const installed = await installAdapters({ environment: PLATFORM, wanted: ['payment-platform'] })
  t.strictSame(inboundOperations(installed.values(), 1_048_576).map(({ name, closed }) => [name, closed]), [['payment-result', false], ['payment-lookup', true]])
})

t.test('a store that is away is answered in the platform\'s own form, as not taken', async t => {
  const code = await push(codeOf(9))
  await register(code, 'store-away')
  await sql`alter table payment_requests rename to payment_requests_away`.execute(db)
  t.equal(await confirm({ MaThamChieu: 'store-away' }), '200 99')
  const lookup = await post('/dptracuuthanhtoanhs', { MaHoSo: code })
  t.match(lookup, { status: 503, body: { error_code: -1, message: /gửi lại/ } })
  await sql`alter table payment_requests_away rename to payment_requests`.execute(db)
  t.equal(await confirm({ MaThamChieu: 'store-away' }), '200 00', 'the repetition is taken')
})
