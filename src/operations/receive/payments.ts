/**
 * Payments: asked for under a reference, by a province or by a platform that asks what there is to pay; and taken only where
 * what is claimed agrees with what was asked for (national-portal §6.7, pitfalls 45 and 46).
 */
import type { InboundQuestion, ItemResult, PaymentClaim, QuestionSubject } from '../../adapter-kit/contract/receive.js'
import { recordAudit } from '../../db/audit.js'
import { lockExistingDossier } from '../../dossier/dossiers.sql.js'
import type { Database, Tx } from '../../db/open.js'
import { decidePayment, dossiersOfPayments, findPayment, insertPayment, listPayments, lockPayment, type NewPayment, type PaymentRow } from './payments.sql.js'
import { DONG, amountDue } from './amount-due.js'
import type { ClaimedPayment, PaymentRecords } from './payments-contract.js'

export const paymentRecords: PaymentRecords = { dossiersOf: dossiersOfPayments, settle, amountDue: askAmountDue }

/** One after the other: a message may claim two payments for one reference, of which the second must see the first. */
async function settle (tx: Tx, claims: readonly ClaimedPayment[]): Promise<ItemResult[]> {
  const results: ItemResult[] = []
  for (const claimed of claims) results.push(await settleOne(tx, claimed))
  return results
}

/** Whatever is not `accepted` has changed nothing. Of two claims at once the second sees what the first one did. */
async function settleOne (tx: Tx, { inboundId, dossierCode, claim }: ClaimedPayment): Promise<ItemResult> {
  const request = await lockPayment(tx, claim.reference)
  if (request === undefined || request.dossier_code !== dossierCode) return 'payment-unknown'
  const result = judge(request, claim)
  if (result !== 'accepted') return result
  const { reference, transactionId, transactionAt = null } = claim
  await decidePayment(tx, { reference, state: claim.paid ? 'paid' : 'failed', transactionId, transactionAt, inboundId })
  return result
}

/**
 * Paid is final: what another message says afterwards, a second payment or a failure, is for people to look at. A failure
 * before it is not: whoever's card was refused tries again. Amounts are compared as text, to the dong.
 */
function judge (request: PaymentRow, claim: PaymentClaim): ItemResult {
  if (request.amount !== claim.amount || request.currency !== claim.currency) return 'amount-differs'
  return request.state === 'paid' ? 'already-paid' : 'accepted'
}

export type WantedPayment = NewPayment & { dossierCode: string }

export interface AskedPayment {
  payment: PaymentRow
  /** `known`: the same was asked for before. `taken`: something else was asked for under this reference. */
  result: 'requested' | 'known' | 'taken'
}

/** Idempotent on the reference. */
export async function requestPayment (tx: Tx, wanted: WantedPayment): Promise<AskedPayment> {
  const inserted = await insertPayment(tx, wanted)
  const payment = await findPayment(tx, wanted.reference)
  if (payment === undefined) throw new Error('a payment that was asked for is there')
  if (!inserted) return { payment, result: isSame(payment, wanted) ? 'known' : 'taken' }
  await recordAudit(tx, [{
    actor: wanted.requestedBy,
    action: 'payment.requested',
    dossierCode: wanted.dossierCode,
    details: { reference: payment.reference, amount: payment.amount, currency: payment.currency }
  }])
  return { payment, result: 'requested' }
}

function isSame (payment: PaymentRow, wanted: WantedPayment): boolean {
  return payment.dossier_code === wanted.dossierCode && payment.amount === wanted.amount && payment.currency === wanted.currency
}

/**
 * The dossier is locked: of two questions at once both are told one reference, so that nobody pays one fee under two. Where
 * nobody asked for it yet it is asked for here.
 */
async function askAmountDue (db: Database, { dossierCode, paymentReference }: InboundQuestion, adapter: string): Promise<QuestionSubject['amountDue']> {
  if (paymentReference === undefined) return undefined
  return db.transaction().execute(async tx => {
    const locked = await lockExistingDossier(tx, dossierCode)
    if (locked === undefined) return undefined
    const payments = await listPayments(tx, locked.id)
    const amount = amountDue(locked.content, payments)
    if (amount === undefined) return undefined
    const wanted = { reference: paymentReference, dossierId: locked.id, dossierCode, amount, currency: DONG, requestedBy: `partner:${adapter}` }
    const open = payments.find(payment => payment.state === 'requested' && payment.requested_by === wanted.requestedBy && isSame(payment, wanted))
    return { reference: open?.reference ?? await ask(tx, wanted), amount, currency: DONG }
  })
}

async function ask (tx: Tx, wanted: WantedPayment): Promise<string> {
  const { result, payment } = await requestPayment(tx, wanted)
  // Under a reference that stands for something else, or whose payment failed, nothing can be paid: the partner asks again.
  if (result !== 'requested') throw new Error('the reference for the amount due is taken')
  return payment.reference
}
