// What is still to be paid: exact text, never less than nothing, and never asked for twice.
import fc from 'fast-check'
import t from 'tap'
import type { Dossier } from '../../../src/model/dossier-types.js'
import { amountDue, type Payment } from '../../../src/operations/receive/amount-due.js'
import { aDossier } from '../../support/dossiers.js'

/** A dossier of which nobody has said how it was paid. */
function unpaid (changes: Partial<Dossier> = {}): Dossier {
  const { onlinePayment: _, ...rest } = aDossier({ fees: [{ name: 'Lệ phí mẫu', amount: '100000' }, { name: 'Phí mẫu', amount: '50000' }], ...changes })
  return { ...rest, ...(changes.onlinePayment === undefined ? {} : { onlinePayment: changes.onlinePayment }) }
}

const paid = (amount: string, changes: Partial<Payment> = {}): Payment => ({ amount, currency: 'VND', state: 'paid', ...changes })
const supplement = { id: 1, requestedBy: 'Trần Văn Thử', content: 'Nộp bổ sung', requestedAt: '2026-11-05T09:00:00+07:00', fees: [{ name: 'Phí bổ sung', amount: '20000' }] }

const CASES: ReadonlyArray<[what: string, dossier: Dossier, payments: Payment[], due: string | undefined]> = [
  ['all fees', unpaid(), [], '150000'],
  ['the fees of a supplement too', unpaid({ supplements: [supplement] }), [], '170000'],
  ['the rest after a part', unpaid(), [paid('100000')], '50000'],
  ['nothing once all is paid', unpaid(), [paid('100000'), paid('50000')], undefined],
  ['nothing, and no debt of ours, where too much was paid', unpaid(), [paid('150001')], undefined],
  ['all, while a payment is asked for or has failed', unpaid(), [paid('150000', { state: 'requested' }), paid('150000', { state: 'failed' })], '150000'],
  ['all, where another currency was paid', unpaid(), [paid('150000', { currency: 'USD' })], '150000'],
  ['nothing without fees', unpaid({ fees: [] }), [], undefined],
  ['nothing for a fee of 0', unpaid({ fees: [{ name: 'Lệ phí mẫu', amount: '0' }] }), [], undefined],
  ['sums that no number holds exactly', unpaid({ fees: [{ name: 'A', amount: '999999999999999999' }, { name: 'B', amount: '2' }] }), [], '1000000000000000001'],
  ...(['no-fee', 'national-platform', 'own-gateway', 'not-online'] as const).map((onlinePayment): [string, Dossier, Payment[], undefined] =>
    [`nothing where the province says how it was paid: ${onlinePayment}`, unpaid({ onlinePayment }), [], undefined]),
  ...(['not-accepted', 'withdrawn', 'stopped'] as const).map((status): [string, Dossier, Payment[], undefined] =>
    [`nothing for a dossier that is ${status}`, unpaid({ status }), [], undefined])
]

for (const [what, dossier, payments, due] of CASES) {
  t.test(`due is ${what}`, async t => { t.equal(amountDue(dossier, payments), due) })
}

t.test('what is paid and what is due are together what the fees are, or nothing is due', async t => {
  const amount = fc.bigInt({ min: 1n, max: 999_999_999_999n }).map(String)
  fc.assert(fc.property(fc.array(amount, { minLength: 1, maxLength: 6 }), fc.array(amount, { maxLength: 6 }), (fees, payments) => {
    const sum = (amounts: readonly string[]): bigint => amounts.reduce((total, text) => total + BigInt(text), 0n)
    const due = amountDue(unpaid({ fees: fees.map(text => ({ name: 'Lệ phí mẫu', amount: text })) }), payments.map(text => paid(text)))
    return due === undefined ? sum(payments) >= sum(fees) : BigInt(due) + sum(payments) === sum(fees) && BigInt(due) > 0n
  }))
  t.pass('holds')
})
