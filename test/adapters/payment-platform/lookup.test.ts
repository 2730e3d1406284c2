// What the platform is told about a dossier: every member of ThongTinBienLai as text, and a person only where the province says so.
import t from 'tap'
import paymentPlatform from '../../../adapters/payment-platform/adapter.js'
import type { InboundOutcome, InboundReading, WireReply } from '../../../src/adapter-kit/contract/receive.js'
import { formCheck } from '../../../src/operations/receive/form.js'
import { loadAdapter } from '../../../src/adapters/registry.js'
import { compileSchema, readExample } from '../../contracts/support.js'
import { aDossier } from '../../support/dossiers.js'
import { inboundRequest } from './support.js'
import type { Dossier } from '../../../src/model/dossier-types.js'
import type { Settings } from '../../../src/adapter-kit/contract/open.js'

type Bill = Record<string, unknown>

const SETTINGS: Settings = { PARTNER_CODE: 'DEMO01', SECRET: 'DEMO-SECRET', BENEFICIARY_ACCOUNT: '0000000000', SEND_PAYER: false }
const check = formCheck((await loadAdapter('payment-platform')).inboundSchemas)
const operation = paymentPlatform.receive?.['payment-lookup']
const conforms = compileSchema('payment-platform', 'lookup-answer')
const QUESTION = { dossierCode: '000.00.14.H15-261104-0001' }

function read (body: unknown): InboundReading | undefined {
  return operation?.read(inboundRequest('payment-lookup', JSON.stringify(body)), SETTINGS, check)
}

function answer (outcome: InboundOutcome, settings: Settings = SETTINGS): WireReply & { body: { error_code: number, message: Bill } } {
  return operation?.answer(inboundRequest('payment-lookup', '{}'), outcome, settings) as WireReply & { body: { error_code: number, message: Bill } }
}

function bill (changes: Partial<Dossier>, amount: string, settings: Settings = SETTINGS): Bill {
  const amountDue = { reference: `${QUESTION.dossierCode}20261104100000`, amount, currency: 'VND' }
  const { body } = answer({ result: 'answered', question: QUESTION, about: { dossier: aDossier(changes), amountDue } }, settings)
  return body.message
}

t.test('the question of the contract is read, with the reference for what is due', async t => {
  t.strictSame(read(readExample('payment-platform', '7.11-lookup')), {
    question: { dossierCode: '000.00.01.H99-261104-0001', paymentReference: '000.00.01.H99-261104-000120261104100000' }
  })
})

t.test('1 with the bill, 0 with words, -1 with words; each in the form of the contract', async t => {
  const about = (amountDue?: { reference: string, amount: string, currency: string }): InboundOutcome => ({ result: 'answered', question: QUESTION, about: { dossier: aDossier({ fees: [{ name: 'Lệ phí mẫu', amount: '150000' }] }), ...(amountDue === undefined ? {} : { amountDue }) } })
  const outcomes: ReadonlyArray<[outcome: InboundOutcome, code: number, status: number]> = [
    [about({ reference: `${QUESTION.dossierCode}20261104100000`, amount: '150000', currency: 'VND' }), 1, 200],
    [about(), 0, 200],
    [{ result: 'answered', question: QUESTION, about: undefined }, -1, 200],
    [{ result: 'refused', refusal: { reason: 'malformed', code: 'x', message: { vi: 'Sai', en: 'Wrong' } } }, -1, 200],
    [{ result: 'failed' }, -1, 503]
  ]
  for (const [outcome, code, status] of outcomes) {
    const reply = answer(outcome)
    t.strictSame([reply.status, reply.body.error_code], [status, code], outcome.result)
    t.ok(conforms(reply.body), JSON.stringify(conforms.errors))
  }
})

t.test('each fee is a row; what says nothing is empty and not left out', async t => {
  const fees = [{ name: 'Lệ phí cấp giấy', code: 'LP1', amount: '100000' }, { name: 'Phí thẩm định', amount: '50000' }, { name: 'Phí không thu', amount: '0' }]
  const message = bill({ fees, procedure: { code: '1.001776', name: 'Ủ'.repeat(300) } }, '150000')
  t.strictSame(message['PhiLePhi'], [
    { LoaiPhiLePhi: '2', MaPhiLePhi: 'LP1', TenPhiLePhi: 'Lệ phí cấp giấy', SoTien: '100000' },
    { LoaiPhiLePhi: '1', MaPhiLePhi: '', TenPhiLePhi: 'Phí thẩm định', SoTien: '50000' }
  ])
  t.strictSame(message['DSKhoanNop'], [{ NoiDung: 'Lệ phí cấp giấy', SoTien: '100000' }, { NoiDung: 'Phí thẩm định', SoTien: '50000' }])
  t.match(message, { MaTTHC: '1.001776', MaDVC: '1.001776.01', TKThuHuong: '0000000000', MaNHThuHuong: '', SoQD: '', KhoBac: '' })
  t.equal([...String(message['TenTTHC'])].length, 250)
  const { PhiLePhi: _, DSKhoanNop: __, ...texts } = message
  t.ok(Object.values(texts).every(value => typeof value === 'string'))
  const init = readExample<{ ThongTinBienLai: Bill }>('payment-platform', '7.11-init')
  t.strictSame(Object.keys(init.ThongTinBienLai).filter(name => !(name in message)), [], 'every member that INIT has')
})

t.test('after a part was paid the rest is one row: nobody knows which fee that was', async t => {
  const message = bill({ fees: [{ name: 'Lệ phí mẫu', amount: '100000' }, { name: 'Phí mẫu', amount: '50000' }] }, '70000')
  t.strictSame(message['DSKhoanNop'], [{ NoiDung: 'Số tiền còn phải nộp', SoTien: '70000' }])
})

t.test('a person is named only where the province says so', async t => {
  const fees = [{ name: 'Lệ phí mẫu', amount: '1' }]
  t.notMatch(JSON.stringify(bill({ fees }, '1')), /Y Thử Niê|066099000001|0900000001|y\.thu/)
  t.match(bill({ fees }, '1', { ...SETTINGS, SEND_PAYER: true }), { HoTenNguoiNop: 'Y Thử Niê', SoCMNDNguoiNop: '066099000001' })
})
