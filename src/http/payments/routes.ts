/** `/v1/dossiers/{code}/payments`: what a province asks a payment platform for, and what became of it. */
import type { FastifyInstance } from 'fastify'
import { toHanoi } from '../../model/dates.js'
import type { PaymentRequest } from '../../model/dossier-types.js'
import { DONG, amountDue, feesOf, paidOf } from '../../operations/receive/amount-due.js'
import { requestPayment } from '../../operations/receive/payments.js'
import { recordAudit } from '../../db/audit.js'
import { listPayments, refusedClaims, type PaymentRow, type RefusedClaim } from '../../operations/receive/payments.sql.js'
import { findDossier, type DossierRow } from '../../operations/deliver/reading.sql.js'
import { dossierNotFound, invalidDocument } from '../../dossier/problems.js'
import { canonicalSchema } from '../../dossier/schemas.js'
import { createCheck } from '../../dossier/validate.js'
import type { Problem } from '../../base/problem.js'
import { simple } from '../plugins/problems.js'
import type { Need } from '../needs.js'
import { CODE_PARAMS } from '../dossiers/routes.js'

/** Of results that were not taken; more are on the audit log. */
const REFUSED_SHOWN = 100

interface CodeParams { code: string }

export async function paymentRoutes (app: FastifyInstance, { services: { db } }: { services: Need<'db'> }): Promise<void> {
  const check = createCheck<PaymentRequest>('payment-request')

  app.post<{ Params: CodeParams }>('/dossiers/:code/payments', {
    config: { scope: 'dossiers:write', intake: true },
    schema: { summary: 'Đăng ký một khoản chờ thanh toán / Register a payment that is asked for', params: CODE_PARAMS, body: canonicalSchema('payment-request') }
  }, async (request, reply) => {
    const checked = check(request.body)
    if (checked.errors !== undefined) throw invalidDocument(checked.errors)
    const dossier = await found(findDossier(db, request.params.code))
    const { reference, amount, currency = DONG } = checked.value
    const { result, payment } = await db.transaction().execute(async tx => requestPayment(tx, {
      reference, amount, currency, dossierId: dossier.id, dossierCode: dossier.code, requestedBy: `client:${request.client.id}`
    }))
    if (result === 'taken') throw referenceTaken(reference)
    return reply.code(result === 'requested' ? 201 : 200).send(paymentView(payment))
  })

  app.get<{ Params: CodeParams }>('/dossiers/:code/payments', {
    config: { scope: 'dossiers:read' },
    schema: { summary: 'Các khoản thanh toán của hồ sơ / Payments of a dossier', params: CODE_PARAMS }
  }, async request => {
    const row = await found(findDossier(db, request.params.code))
    const [payments, refused] = [await listPayments(db, row.id), await refusedClaims(db, row.code, REFUSED_SHOWN)]
    await recordAudit(db, [{ actor: `client:${request.client.id}`, action: 'payment.viewed', dossierCode: row.code }])
    const dossier = row.content
    return {
      dossierCode: row.code,
      currency: DONG,
      fees: feesOf(dossier).toString(),
      paid: paidOf(payments).toString(),
      due: amountDue(dossier, payments) ?? '0',
      payments: payments.map(paymentView),
      refused: refused.map(refusedView)
    }
  })
}

async function found (dossier: Promise<DossierRow | undefined>): Promise<DossierRow> {
  const row = await dossier
  if (row === undefined) throw dossierNotFound()
  return row
}

function paymentView (row: PaymentRow): Record<string, unknown> {
  return {
    reference: row.reference,
    dossierCode: row.dossier_code,
    amount: row.amount,
    currency: row.currency,
    state: row.state,
    requestedAt: toHanoi(row.requested_at),
    requestedBy: row.requested_by,
    transactionId: row.transaction_id,
    transactionAt: row.transaction_at === null ? null : toHanoi(row.transaction_at),
    decidedAt: row.decided_at === null ? null : toHanoi(row.decided_at),
    inboundId: row.inbound_id
  }
}

function refusedView ({ at, transaction, ...claim }: RefusedClaim): Record<string, unknown> {
  return { at: toHanoi(at), ...claim, transactionId: transaction }
}

function referenceTaken (reference: string): Problem {
  return simple(409, 'payment-reference-taken', {
    title: ['Mã tham chiếu đã dùng cho khoản khác', 'The reference stands for another payment'],
    detail: [
      `Mã tham chiếu "${reference}" đã đăng ký với hồ sơ, số tiền hoặc loại tiền khác; không có gì thay đổi. Mỗi lần yêu cầu thanh toán cần một mã mới.`,
      `The reference "${reference}" is registered with another dossier, amount or currency; nothing was changed. Each payment that is asked for needs a new one.`
    ]
  })
}
