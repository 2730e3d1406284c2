/** What the records of payments must be able to say, so that no message of a partner marks a fee as paid by itself. */
import type { InboundQuestion, ItemResult, PaymentClaim, QuestionSubject } from '../../adapter-kit/contract/receive.js'
import type { Database, Executor, Tx } from '../../db/open.js'

/** A partner's claim. Its dossier is empty where nobody asked for a payment under its reference. */
export interface ClaimedPayment {
  /** Id of the stored message, which stays where the claim is accepted. */
  inboundId: string
  dossierCode: string
  claim: PaymentClaim
}

export interface PaymentRecords {
  /** For which dossier each of the references was asked for, as far as one was. */
  dossiersOf: (db: Executor, references: readonly string[]) => Promise<ReadonlyMap<string, string>>
  /**
   * Compares each claim with what was asked for, and writes down those that agree; one result for each, in their order. Runs
   * in the transaction that stores the message.
   */
  settle: (tx: Tx, claims: readonly ClaimedPayment[]) => Promise<ItemResult[]>
  /** What is still to be paid for the dossier that `adapter` asks about; undefined: nothing. */
  amountDue: (db: Database, question: InboundQuestion, adapter: string) => Promise<QuestionSubject['amountDue']>
}
