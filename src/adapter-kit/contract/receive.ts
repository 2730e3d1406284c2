/**
 * Their calls to us: what an adapter's `receive` reads and answers.
 *
 * The kernel (`src/operations/receive`) owns sizes, time limits, storing, deduplication, what is checked against our own records, audit
 * and metrics; an adapter proves who sent a request, reads it, and says what became of it in the partner's words.
 */
import type { BilingualText } from '../../model/bilingual.js'
import type { Dossier } from '../../model/dossier-types.js'
import type { Settings } from './open.js'

/** A request by which the partner calls us, as it came. Header names are in lower case. */
export interface InboundRequest {
  /** Name of the operation in the manifest's `receive`. */
  operation: string
  /** Without query. */
  path: string
  headers: Readonly<Record<string, string>>
  query: Readonly<Record<string, string>>
  /** To the byte: what a signature covers. Empty for `answer` where the kernel turned the request away before reading it. */
  body: Buffer
  /** Of the caller. */
  address: string
  /** Subject of the caller's certificate, where the connection proved one. */
  certificateSubject?: string
  receivedAt: Date
}

/** Refused before anything is stored. The adapter says it in the partner's own form (`answer`). */
export interface InboundRefusal {
  /** `unauthenticated`: who sent it is not proven. `malformed`: it cannot be read. `invalid`: it says something impossible. */
  reason: 'unauthenticated' | 'malformed' | 'invalid'
  /** Stable, kebab case, for audit and metrics. */
  code: string
  /** What is wrong and where, for the partner's people; never a secret, never what a right proof would be. */
  message: BilingualText
}

/** What the message says of one dossier. */
export interface InboundItem {
  /** Type of the event that the provincial portal is told: `payment.confirmed`, `tax.notice`, `dossier.received`. */
  event: string
  /** The dossier's code here, or the national code of one that was filed there. Empty: that for which `payment` was asked for. */
  dossierCode: string
  /** True: it is about a dossier that a province pushed; where there is none, the item is not taken. */
  mustBeKnown: boolean
  /** For audit, events and metrics: ids, codes, amounts as text; no personal data. */
  facts: Readonly<Record<string, string>>
  /** What the item claims was paid: taken only where it agrees with what was asked for. */
  payment?: PaymentClaim
}

/** Amounts are exact text in dong, without separators. */
export interface PaymentClaim {
  /** What the payment was asked for under. */
  reference: string
  amount: string
  currency: string
  transactionId: string
  /** The partner's own time of the transaction, with its zone. */
  transactionAt?: string
  /** False: the partner says that it failed. */
  paid: boolean
}

export interface InboundMessage {
  /** The partner's own key: a second message of the operation with this key is a duplicate, or contradicts the first. */
  key: string
  /**
   * True: the partner says that it replaces what came before under this key. It is stored as a new version, unless it is the
   * same as the newest one. It need not have a predecessor here.
   */
  update?: boolean
  /** What makes two messages with one key the same; absent: the bytes of the body. */
  sameness?: string
  items: InboundItem[]
}

/** What the partner asks about a dossier. */
export interface InboundQuestion {
  dossierCode: string
  /** Asks what there is to pay too, which is then asked for under this reference; an open request of this partner for the same is told again. */
  paymentReference?: string
}

export type InboundReading = { message: InboundMessage } | { question: InboundQuestion } | { refusal: InboundRefusal }

/**
 * What the kernel made of one item. `payment-unknown`: nobody asked for it; `amount-differs`: another amount or currency was
 * asked for; `already-paid`: another message has paid it.
 */
export type ItemResult = 'accepted' | 'unknown-dossier' | 'payment-unknown' | 'amount-differs' | 'already-paid'

/**
 * What became of a request.
 * - `accepted`: stored, and every item was taken.
 * - `duplicate`: the same message was taken before; nothing changed.
 * - `partly`: stored, but some items were not taken. When the partner repeats it, those are tried again.
 * - `rejected`: no item was taken, and nothing is stored.
 * - `conflict`: the key is known with another content; nothing changed.
 * - `failed`: our fault (a store is out of reach, intake is closed): nothing is stored, and the partner should come again.
 */
export type InboundOutcome =
  | { result: 'accepted' | 'duplicate' | 'partly' | 'rejected', message: InboundMessage, items: ItemResult[] }
  | { result: 'conflict', message: InboundMessage }
  | { result: 'answered', question: InboundQuestion, about: QuestionSubject | undefined }
  | { result: 'refused', refusal: InboundRefusal }
  | { result: 'failed' }

/** What we know of the dossier that was asked about; undefined: we do not know it. */
export interface QuestionSubject {
  dossier: Dossier
  /** What is still to be paid, and under which reference; absent: nothing. */
  amountDue?: { reference: string, amount: string, currency: string }
}

/** The partner's own acknowledgement. */
export interface WireReply {
  status: number
  /** A text is sent as it is, anything else as JSON. */
  body: unknown
  mediaType?: string
}

/**
 * Checks a value against `adapters/<id>/schema/inbound/<schema>.json`. The refusal names the place and the rule, and repeats no
 * value.
 */
export type CheckForm = (schema: string, value: unknown) => InboundRefusal | undefined

/**
 * Pure: no I/O, clock or logging. `read` proves who sent the request, checks its form and says what it means; the kernel
 * stores, deduplicates, checks against what is known here and audits; `answer` says the outcome in the partner's words, after
 * the commit. Only `accepted`, `duplicate` and `answered` may be answered as success.
 */
export interface ReceiveOperation {
  read: (request: InboundRequest, settings: Settings, check: CheckForm) => InboundReading
  answer: (request: InboundRequest, outcome: InboundOutcome, settings: Settings) => WireReply
}
