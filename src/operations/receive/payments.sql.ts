/** Payments that were asked for, each under a reference of its own. */
import { sql } from 'kysely'
import type { Executor, Tx } from '../../db/open.js'

export interface PaymentRow {
  reference: string
  dossier_code: string
  amount: string
  currency: string
  requested_at: Date
  requested_by: string
  state: 'requested' | 'paid' | 'failed'
  transaction_id: string | null
  transaction_at: Date | null
  decided_at: Date | null
  inbound_id: string | null
}

const COLUMNS = sql`p.reference, x.code as dossier_code, p.amount, p.currency, p.requested_at, p.requested_by, p.state, p.transaction_id, p.transaction_at, p.decided_at, p.inbound_id`

export interface NewPayment {
  reference: string
  dossierId: string
  amount: string
  currency: string
  /** `client:<id>` or `partner:<adapter>`. */
  requestedBy: string
}

/** False: the reference is taken. Waits for a transaction that is about to take it. */
export async function insertPayment (tx: Tx, payment: NewPayment): Promise<boolean> {
  const { rows } = await sql`
    insert into payment_requests (reference, dossier_id, amount, currency, requested_by)
    values (${payment.reference}, ${payment.dossierId}, ${payment.amount}, ${payment.currency}, ${payment.requestedBy})
    on conflict (reference) do nothing returning id`.execute(tx)
  return rows.length === 1
}

export async function findPayment (db: Executor, reference: string): Promise<PaymentRow | undefined> {
  const { rows } = await sql<PaymentRow>`
    select ${COLUMNS} from payment_requests p join dossiers x on x.id = p.dossier_id where p.reference = ${reference}`.execute(db)
  return rows[0]
}

export async function dossiersOfPayments (db: Executor, references: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{ reference: string, code: string }>`
    select p.reference, x.code from payment_requests p join dossiers x on x.id = p.dossier_id where p.reference = any(${references}::text[])`.execute(db)
  return new Map(rows.map(({ reference, code }) => [reference, code]))
}

/** Locked until the transaction ends, so that of two results for one reference the second sees what the first made of it. */
export async function lockPayment (tx: Tx, reference: string): Promise<PaymentRow | undefined> {
  const { rows } = await sql<PaymentRow>`
    select ${COLUMNS} from payment_requests p join dossiers x on x.id = p.dossier_id where p.reference = ${reference} for update of p`.execute(tx)
  return rows[0]
}

export interface PaymentDecision {
  reference: string
  state: 'paid' | 'failed'
  transactionId: string
  transactionAt: string | null
  /** The message that says so. */
  inboundId: string
}

export async function decidePayment (tx: Tx, { reference, state, transactionId, transactionAt, inboundId }: PaymentDecision): Promise<void> {
  await sql`
    update payment_requests set state = ${state}, transaction_id = ${transactionId}, transaction_at = ${transactionAt},
      decided_at = clock_timestamp(), inbound_id = ${inboundId}
    where reference = ${reference}`.execute(tx)
}

export async function listPayments (db: Executor, dossierId: string): Promise<PaymentRow[]> {
  const { rows } = await sql<PaymentRow>`
    select ${COLUMNS} from payment_requests p join dossiers x on x.id = p.dossier_id where p.dossier_id = ${dossierId} order by p.id`.execute(db)
  return rows
}

export interface RefusedClaim {
  at: Date
  adapter: string
  code: string
  reference: string
  amount: string
  currency: string
  transaction: string
}

/** Results for the dossier that were not taken, newest first: a second payment, another amount. The audit log has them. */
export async function refusedClaims (db: Executor, dossierCode: string, limit: number): Promise<RefusedClaim[]> {
  const { rows } = await sql<RefusedClaim>`
    select at, adapter, details->>'code' as code, f.reference, f.amount, f.currency, f.transaction
    from audit_entries, jsonb_to_record(details->'facts') as f(reference text, amount text, currency text, transaction text)
    where dossier_code = ${dossierCode} and action = 'inbound.refused' and details->'facts' ? 'reference'
    order by id desc limit ${limit}`.execute(db)
  return rows
}
