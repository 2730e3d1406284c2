/** What the records of payments must be able to say, so that no message of a partner marks a fee as paid by itself. */
import type { ItemResult, PaymentClaim, QuestionSubject } from '../adapter-kit/receiving.js'
import type { Executor, Tx } from '../db/open.js'

/** A partner's claim about a dossier that we know. */
export interface ClaimedPayment {
  adapter: string
  /** Id of the stored message. */
  inboundId: string
  dossierCode: string
  claim: PaymentClaim
}

export interface PaymentRecords {
  /**
   * Compares each claim with what was asked for, and writes down those that agree; one result for each, in their order. Runs
   * in the transaction that stores the message.
   */
  settle: (tx: Tx, claims: readonly ClaimedPayment[]) => Promise<ItemResult[]>
  /** What is still to be paid for a dossier; undefined: nothing. */
  due: (db: Executor, dossierCode: string) => Promise<QuestionSubject['due']>
}

/** A gateway that asks nobody for payments knows none. */
export const NO_PAYMENTS: PaymentRecords = {
  settle: async (_tx, claims) => claims.map(() => 'payment-unknown'),
  due: async () => undefined
}
