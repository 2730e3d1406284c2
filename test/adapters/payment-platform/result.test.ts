// CONFIRM: whoever changes a signed member of it is refused, and every answer has the one form that the platform reads.
import fc from 'fast-check'
import t from 'tap'
import paymentPlatform from '../../../adapters/payment-platform/adapter.js'
import { SIGNED } from '../../../adapters/payment-platform/signing.js'
import { joinedMac } from '../../../src/adapter-kit/mac.js'
import type { InboundMessage, InboundOutcome, InboundReading, InboundRefusal, ItemResult, WireReply } from '../../../src/adapter-kit/contract/receive.js'
import { formCheck } from '../../../src/operations/receive/form.js'
import { loadAdapter } from '../../../src/adapters/registry.js'
import { compileSchema, readExample } from '../../contracts/support.js'
import { inboundRequest } from './support.js'
import type { Settings } from '../../../src/adapter-kit/contract/open.js'

type Message = Record<string, unknown>

const SECRET = 'DEMO-SECRET'
const SETTINGS: Settings = { PARTNER_CODE: 'DEMO01', SECRET, MESSAGE_TYPES: ['CONFIRM'], CURRENCIES: ['VND'], TIME_WINDOW_MINUTES: 0 }
const EXAMPLE = readExample<Message>('payment-platform', '7.11-confirm')
const check = formCheck((await loadAdapter('payment-platform')).inboundSchemas)
const operation = paymentPlatform.receive?.['payment-result']

function read (body: unknown, settings: Settings = SETTINGS): InboundReading | undefined {
  return operation?.read(inboundRequest('payment-result', JSON.stringify(body)), settings, check)
}

function signed (changes: Message): Message {
  const message = { ...EXAMPLE, ...changes }
  return { ...message, MaXacThuc: joinedMac(message, { fields: SIGNED.CONFIRM, secret: SECRET }) }
}

const codeOf = (reading: InboundReading | undefined): string | undefined => reading !== undefined && 'refusal' in reading ? reading.refusal.code : undefined

t.test('the message of the contract is read', async t => {
  t.strictSame(read(EXAMPLE), {
    message: {
      key: 'dvc000000001H99261104000120261104093015|PP0000000123|00',
      sameness: '150000|VND',
      items: [{
        event: 'payment.confirmed',
        dossierCode: '',
        mustBeKnown: false,
        facts: {
          reference: 'dvc000000001H99261104000120261104093015',
          amount: '150000',
          currency: 'VND',
          transaction: 'PP0000000123',
          transactionAt: '2026-11-04T09:31:40+07:00',
          bank: 'VCB',
          code: '00'
        },
        payment: {
          reference: 'dvc000000001H99261104000120261104093015',
          amount: '150000',
          currency: 'VND',
          transactionId: 'PP0000000123',
          transactionAt: '2026-11-04T09:31:40+07:00',
          paid: true
        }
      }]
    }
  })
})

const text = fc.string({ unit: 'grapheme', maxLength: 40 }).filter(value => !/[|\p{Cc}]/u.test(value))
const filled = text.filter(value => value !== '')
const confirm = fc.record({
  MaLoi: filled,
  MaThamChieu: filled,
  SoTien: fc.maxSafeNat(),
  MaGiaoDich: filled,
  MaNganHang: text,
  ThongTinGiaoDich: text,
  ThoiGianGD: fc.date({ min: new Date('2020-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }).map(date => date.toISOString().slice(0, 19).replace(/[-T:]/g, ''))
})

t.test('whatever is rightly signed is read; with any signed member changed it never is', async t => {
  const other: Readonly<Record<string, fc.Arbitrary<unknown>>> = { SoTien: fc.maxSafeNat(), ThoiGianGD: fc.constantFrom('20261104093141', '20200229000000') }
  fc.assert(fc.property(confirm, message => {
    const reading = read(signed(message))
    return reading !== undefined && 'message' in reading && reading.message.items[0]?.payment?.amount === String(message.SoTien)
  }))
  for (const member of SIGNED.CONFIRM) {
    fc.assert(fc.property(confirm, other[member] ?? text, (message, value) => {
      const whole = signed(message)
      fc.pre(whole[member] !== value)
      return codeOf(read({ ...whole, [member]: value })) !== undefined
    }), { numRuns: 50 })
  }
  t.pass(`${SIGNED.CONFIRM.length} members`)
})

t.test('a text moved over the border between two members is seen', async t => {
  const whole = signed({ MaNganHang: 'VCB', MaGiaoDich: 'PP1' })
  t.equal(codeOf(read({ ...whole, MaGiaoDich: 'PP1V', MaNganHang: 'CB' })), 'mac-differs')
  t.equal(codeOf(read({ ...whole, MaGiaoDich: 'PP1|VCB', MaNganHang: '' })), 'schema-violation')
})

t.test('no hash, another one, one in capitals, one of nothing: refused', async t => {
  const { MaXacThuc, ...bare } = EXAMPLE
  for (const given of [undefined, '', null, 0, true, String(MaXacThuc).toUpperCase(), String(MaXacThuc).slice(1), 'a'.repeat(64)]) {
    t.match(codeOf(read({ ...bare, MaXacThuc: given })), /^(schema-violation|mac-differs)$/, String(given))
  }
})

t.test('types, currencies and the time window are settings', async t => {
  const ipn = signed({ LoaiBanTin: 'IPN' })
  t.equal(codeOf(read(ipn)), 'message-type')
  t.equal(codeOf(read(ipn, { ...SETTINGS, MESSAGE_TYPES: ['CONFIRM', 'IPN'] })), undefined)
  t.equal(codeOf(read(signed({ MaTienTe: 'USD' }), { ...SETTINGS, CURRENCIES: ['VND', 'USD'] })), undefined)
  // The request arrives at 2026-11-04T10:00:00+07:00.
  const window = { ...SETTINGS, TIME_WINDOW_MINUTES: 30 }
  const times = [['20261104093000', undefined], ['20261104103000', undefined], ['20261104092959', 'time-outside-window'], ['20261104103001', 'time-outside-window']] as const
  for (const [ThoiGianGD, code] of times) t.equal(codeOf(read(signed({ ThoiGianGD }), window)), code, ThoiGianGD)
})

const MESSAGE: InboundMessage = { key: 'k', items: [] }
const REFUSAL: InboundRefusal = { reason: 'invalid', code: 'x', message: { vi: 'Sai', en: 'Wrong' } }
const OUTCOMES: readonly InboundOutcome[] = [
  ...(['accepted', 'duplicate', 'partly', 'rejected'] as const).flatMap(result =>
    (['accepted', 'unknown-dossier', 'payment-unknown', 'amount-differs', 'already-paid'] as const).map((item: ItemResult) => ({ result, message: MESSAGE, items: [item] }))),
  { result: 'conflict', message: MESSAGE },
  { result: 'refused', refusal: REFUSAL },
  { result: 'failed' }
]

t.test('every outcome of every body is answered in the form of the contract, and 00 means taken', async t => {
  const conforms = compileSchema('payment-platform', 'confirm-answer')
  const bodies = [JSON.stringify(EXAMPLE), '', '{', '[]', 'null', '"x"', '{"MaDoiTac":7,"MaThamChieu":{"a":1},"MaXacThuc":null}', JSON.stringify({ MaThamChieu: 'x'.repeat(10_000) }), '{"__proto__":{"MaDoiTac":"x"}}', Buffer.from([0xff])]
  for (const outcome of OUTCOMES) {
    for (const body of bodies) {
      const reply = operation?.answer(inboundRequest('payment-result', body), outcome, SETTINGS) as WireReply & { body: Message }
      const taken = outcome.result === 'accepted' || outcome.result === 'duplicate'
      if (taken && body !== bodies[0]) continue
      const fine = reply.status === 200 && conforms(reply.body) && (reply.body['MaLoi'] === '00') === taken && (reply.body['MoTaLoi'] === '') === taken
      if (!fine) t.fail(`${JSON.stringify(outcome)} ${body.toString().slice(0, 50)}: ${JSON.stringify(reply)}`)
    }
  }
  t.pass(`${OUTCOMES.length} outcomes`)
})

t.test('whatever bytes come are read without a defect and refused in the form of the contract', async t => {
  const conforms = compileSchema('payment-platform', 'confirm-answer')
  const bytes = fc.uint8Array({ maxLength: 300 }).map(array => Buffer.from(array))
  const json = fc.json({ maxDepth: 4 }).map(value => Buffer.from(value))
  const nearly = fc.record({ LoaiBanTin: fc.anything(), MaDoiTac: fc.anything(), SoTien: fc.anything(), MaXacThuc: fc.anything() })
    .map(changes => Buffer.from(JSON.stringify({ ...EXAMPLE, ...changes }, (_name, value: unknown) => typeof value === 'bigint' ? String(value) : value)))
  fc.assert(fc.property(fc.oneof(bytes, json, nearly), body => {
    const request = inboundRequest('payment-result', body)
    const reading = operation?.read(request, SETTINGS, check)
    if (reading === undefined || !('refusal' in reading)) return false
    const reply = operation?.answer(request, { result: 'refused', refusal: reading.refusal }, SETTINGS)
    return conforms(reply?.body) && (reply?.body as Message)['MaLoi'] === '99'
  }), { numRuns: 500 })
  t.pass('refused')
})
