// One transaction takes a message, or nothing of it: with claims of payments that the records confirm, or do not.
import t from 'tap'
import type { InboundItem, InboundMessage, ItemResult } from '../../../src/adapter-kit/contract/receive.js'
import type { InboundOperation } from '../../../src/operations/receive/operations.js'
import { paymentRecords } from '../../../src/operations/receive/payments.js'
import type { ClaimedPayment, PaymentRecords } from '../../../src/operations/receive/payments-contract.js'
import { storeMessage, type StoredMessage } from '../../../src/operations/receive/store-message.js'
import { listInbound } from '../../../src/operations/receive/inbound-reading.sql.js'
import { openTestDatabase } from '../../support/database.js'

t.setTimeout(60_000)
const { db } = await openTestDatabase(t)

const operation = { adapter: 'pay', name: 'confirm' } as InboundOperation

/** The records' word for each reference. */
function records (words: Record<string, ItemResult>, seen: ClaimedPayment[] = []): PaymentRecords {
  return {
    ...paymentRecords,
    settle: async (_tx, claims) => {
      seen.push(...claims)
      return claims.map(({ claim }) => words[claim.reference] ?? 'payment-unknown')
    }
  }
}

function paid (reference: string): InboundItem {
  return {
    event: 'payment.confirmed',
    dossierCode: 'H15.1-261104-0001',
    mustBeKnown: false,
    facts: { reference },
    payment: { reference, amount: '1000', currency: 'VND', transactionId: 't', paid: true }
  }
}

async function take (message: InboundMessage, payments: PaymentRecords): Promise<StoredMessage> {
  const request = { operation: 'confirm', path: '/', headers: {}, query: {}, body: Buffer.from('x'), address: '127.0.0.1', receivedAt: new Date() }
  return storeMessage({ db, payments }, { operation, request, message })
}

t.test('a claim that nobody asked for, or with another amount, is not taken and leaves nothing behind', async t => {
  const message = { key: 'one', items: [paid('A'), paid('B')] }
  t.match(await take(message, records({ B: 'amount-differs' })), { result: 'rejected', items: ['payment-unknown', 'amount-differs'] })
  t.match(await take(message, paymentRecords), { result: 'rejected', items: ['payment-unknown', 'payment-unknown'] })
  t.strictSame(await listInbound(db, { limit: 10 }), [])
  t.strictSame(await db.selectFrom('audit_entries').select('id').execute(), [])
})

t.test('what was taken is not settled again; what was not is, when the message comes again', async t => {
  const message = { key: 'two', items: [paid('A'), paid('B')] }
  const [first, second, third]: [ClaimedPayment[], ClaimedPayment[], ClaimedPayment[]] = [[], [], []]
  t.match(await take(message, records({ A: 'accepted' }, first)), { result: 'partly', items: ['accepted', 'payment-unknown'] })
  t.match(await take(message, records({ B: 'accepted' }, second)), { result: 'accepted', items: ['accepted', 'accepted'] })
  t.match(await take(message, records({}, third)), { result: 'duplicate' })
  t.strictSame([first, second, third].map(claims => claims.map(({ claim }) => claim.reference)), [['A', 'B'], ['B'], []])
  const [row] = await listInbound(db, { limit: 1 })
  t.match(row, { item_count: 2, items: [{ result: 'accepted', facts: { reference: 'A' } }, { result: 'accepted' }] })
  t.match(first[0], { inboundId: row?.id, dossierCode: 'H15.1-261104-0001' })
})

t.test('records that break take nothing', async t => {
  await t.rejects(take({ key: 'three', items: [paid('A')] }, { ...paymentRecords, settle: async () => { throw new Error('broken') } }), /broken/)
  await t.rejects(take({ key: 'three', items: [paid('A')] }, { ...paymentRecords, settle: async () => [] }), /for each claim/)
  t.equal((await listInbound(db, { limit: 10 })).filter(({ key }) => key === 'three').length, 0)
})
