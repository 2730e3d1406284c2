// Generated from schemas/*.json by `npm run schemas:types`; do not edit.

/**
 * Only events of these types; empty or left out: all.
 *
 * @maxItems 50
 */
export type Types = string[]

export interface CanonicalDocuments {
  dossier: Dossier
  progress: Progress
  codeTable: CodeTable
  paymentRequest: PaymentRequest
  reconciliationRequest: ReconciliationRequest
  endpoint: EndpointRequest
  endpointChange: EndpointChange
  endpointRotation: EndpointRotation
  endpointReplay: EndpointReplay
}
/**
 * A dossier as the gateway keeps it: one whole state, pushed as often as it changes. Every field of DongBoHoSoMC (contracts: national-portal §2.1) has a home here. Identity numbers, codes and amounts are strings with their exact text.
 */
export interface Dossier {
  /**
   * The dossier's code, opaque and case-sensitive. Both notations are known: 000.00.14.H45-261104-0001 and H15.18-20261104-0000001; any other is accepted with a warning.
   */
  code: string
  /**
   * The province's own version of the dossier, growing with each change. A push with an older one than stored is refused (409 stale-revision). Without it, order is the order of arrival.
   */
  sourceVersion?: number
  receiptNumber?: string
  procedure: {
    /**
     * The national code, or the province's own: its row in the code table `procedure` says the national one. A code that is neither is accepted, and its delivery fails naming the missing row.
     */
    code: string
    name: string
  }
  field: {
    code: string
    name: string
  }
  /**
   * How the dossier was filed. When absent the portal counts it as in person.
   */
  channel?: 'in-person' | 'online' | 'postal'
  filedVia?: 'national-portal' | 'provincial-system'
  /**
   * The dossier was filed at a national system, which gave it a code of its own: its state is told to that system and to no other portal. It stays as it was first pushed.
   */
  origin?: {
    /**
     * Id of the adapter through which it came; `GET /v1/adapters` lists them.
     */
    adapter: string
    /**
     * Its code at the national system, as the event `dossier.received` names it.
     */
    code: string
    /**
     * The national system's own id of the record, where it has one beside the code.
     */
    id?: string
  }
  applicant: {
    name: string
    kind: 'citizen' | 'enterprise' | 'state-agency' | 'organisation'
    /**
     * The TechID of the applicant's account at the national portal; never an identity number.
     */
    accountId?: string
    /**
     * The identity number as recorded on the dossier.
     */
    identityNumber?: string
    /**
     * @maxItems 10
     */
    identities?: {
      /**
       * citizen-id: CCCD or personal number, 12 digits; old-citizen-id: CMND, 9 digits.
       */
      type: 'citizen-id' | 'old-citizen-id' | 'passport' | 'tax-code' | 'other'
      number: string
    }[]
    /**
     * Full or partial: nothing is invented where only the year is known.
     */
    birthDate?: string
    sex?: 'male' | 'female' | 'other'
    email?: string
    phone?: string
    fax?: string
    identityVerified?: boolean
  }
  summary: string
  otherInformation?: string
  submittedAt?: string
  receivedAt: string
  /**
   * When the result is due; leave it out when there is none.
   */
  dueAt?: string
  finishedAt?: string
  returnedAt?: string
  refusedAt?: string
  returnInformation?: string
  /**
   * The ten statuses of the national portal (contracts: national-portal §3.1).
   */
  status?:
    | 'registered'
    | 'received'
    | 'not-accepted'
    | 'processing'
    | 'supplement-requested'
    | 'payment-requested'
    | 'withdrawn'
    | 'stopped'
    | 'finished'
    | 'returned'
  localStatus?: LocalStatus
  resultDelivery: 'in-person' | 'postal'
  agency: {
    /**
     * Both notations: 000.00.14.H15 (QCVN 102:2016) and H15.14 (QĐ 20/2020).
     */
    code: string
    name: string
  }
  note?: string
  /**
   * @maxItems 200
   */
  documents?: Document[]
  /**
   * @maxItems 50
   */
  fees?: Fee[]
  /**
   * How a fee was paid. Never inferred from the fees.
   */
  onlinePayment?: 'no-fee' | 'national-platform' | 'own-gateway' | 'not-online'
  /**
   * @maxItems 100
   */
  otherAttachments?: {
    name: string
    quantity?: number
    /**
     * A code of the portal; its values are not published (contracts: national-portal §2.1.4).
     */
    type?: number
  }[]
  /**
   * @maxItems 50
   */
  supplements?: {
    id: number
    requestedBy: string
    content: string
    requestedAt: string
    receivedBy?: string
    receiptInformation?: string
    receivedAt?: string
    completed?: boolean
    /**
     * @maxItems 200
     */
    documents?: Document1[]
    /**
     * @maxItems 50
     */
    fees?: Fee1[]
    previousDueAt?: string
    newDueAt?: string
  }[]
  /**
   * @maxItems 100
   */
  results?: {
    name: string
    /**
     * The catalogue's result code (MAKETQUA).
     */
    code?: string
    componentCode?: string
    fileId?: string
    /**
     * A link, or lienthong-file:<id>; as in documents.
     */
    url?: string
  }[]
  /**
   * At least one component is digitised. Never inferred from the documents.
   */
  digitised?: boolean
  /**
   * Codes of the databases consulted; the code list is not published (contracts: national-portal §2.1.1).
   *
   * @maxItems 20
   */
  consultedDatabases?: string[]
  /**
   * Steps of the dossier, old ones may be repeated; each is stored and sent once.
   *
   * @maxItems 500
   */
  progress?: ProgressStep[]
}
/**
 * The status in the province's own words; needed where `status` is not given, which wins where both are. The code table `localStatus` says the national one, by status and sub-status, else by the status alone (contracts: national-portal §3.2).
 */
export interface LocalStatus {
  code: string
  subCode?: string
}
export interface Document {
  id?: string
  name: string
  removed?: boolean
  componentCode?: string
  /**
   * A link the national side can open, passed on as it is; or lienthong-file:<id>, a file uploaded to POST /v1/files, given on as a signed link. Files are never sent inside a dossier.
   */
  url: string
  digitised?: boolean
  reuse?: 'none' | 'component' | 'result'
  fromPersonalRepository?: boolean
  replacementResultCode?: string
}
export interface Fee {
  name: string
  code?: string
  collection?: 'at-reception' | 'at-supplement' | 'at-return'
  amount: string
  type?: 'ordinary' | 'appraisal' | 'extension'
}
export interface Document1 {
  id?: string
  name: string
  removed?: boolean
  componentCode?: string
  /**
   * A link the national side can open, passed on as it is; or lienthong-file:<id>, a file uploaded to POST /v1/files, given on as a signed link. Files are never sent inside a dossier.
   */
  url: string
  digitised?: boolean
  reuse?: 'none' | 'component' | 'result'
  fromPersonalRepository?: boolean
  replacementResultCode?: string
}
export interface Fee1 {
  name: string
  code?: string
  collection?: 'at-reception' | 'at-supplement' | 'at-return'
  amount: string
  type?: 'ordinary' | 'appraisal' | 'extension'
}
/**
 * One step of a dossier's handling. Steps are append-only: a step that was accepted never changes.
 */
export interface ProgressStep {
  /**
   * The province's own stable id of the step. Without it the gateway derives one from the step's content, so that pushing the same step twice stores it once.
   */
  id?: string
  /**
   * When the step happened.
   */
  occurredAt: string
  /**
   * The dossier's status after the step.
   */
  status?:
    | 'registered'
    | 'received'
    | 'not-accepted'
    | 'processing'
    | 'supplement-requested'
    | 'payment-requested'
    | 'withdrawn'
    | 'stopped'
    | 'finished'
    | 'returned'
  localStatus?: LocalStatus1
  /**
   * What was done, in words an applicant understands.
   */
  content: string
  /**
   * Who did it.
   */
  officer: {
    name: string
    title?: string
    department?: string
  }
  /**
   * When work on the step began.
   */
  startedAt?: string
  /**
   * When the step was due by the rules.
   */
  dueAt?: string
}
/**
 * The status in the province's own words; needed where `status` is not given, which wins where both are. The code table `localStatus` says the national one, by status and sub-status, else by the status alone (contracts: national-portal §3.2).
 */
export interface LocalStatus1 {
  code: string
  subCode?: string
}
/**
 * New progress steps of a dossier that the gateway already holds, and what they make of its status.
 */
export interface Progress {
  /**
   * The province's own version of the dossier, growing with each change. A push with an older one than stored is refused (409 stale-revision). Without it, order is the order of arrival.
   */
  sourceVersion?: number
  /**
   * Steps to add; repeating an old one is harmless.
   *
   * @minItems 1
   * @maxItems 500
   */
  steps: ProgressStep[]
  /**
   * The dossier's new status. When absent the dossier keeps the status it has.
   */
  status?:
    | 'registered'
    | 'received'
    | 'not-accepted'
    | 'processing'
    | 'supplement-requested'
    | 'payment-requested'
    | 'withdrawn'
    | 'stopped'
    | 'finished'
    | 'returned'
  localStatus?: LocalStatus2
  finishedAt?: string
  returnedAt?: string
  refusedAt?: string
  dueAt?: string
}
/**
 * The dossier's new status in the province's own words; `status` wins where both are given.
 */
export interface LocalStatus2 {
  code: string
  subCode?: string
}
/**
 * Rows of one code table: what the province calls a thing, or our word for it, and what the partner calls it.
 */
export interface CodeTable {
  /**
   * @maxItems 50000
   */
  rows: CodeTableRow[]
}
export interface CodeTableRow {
  /**
   * The province's code, or our word. In the table `localStatus`: the status, or status/sub-status.
   */
  local: string
  /**
   * The partner's code.
   */
  partner: string
  /**
   * The partner's own name for it; sent instead of the province's where the message has a place for one.
   */
  name?: string
  /**
   * The first day the row holds. Left out: it always has.
   */
  validFrom?: string
  /**
   * The first day it holds no more. Left out: until further notice.
   */
  validTo?: string
  /**
   * The local code that took over: dossiers received from `validTo` on are given its row.
   */
  successor?: string
}
/**
 * A payment that the province asks for: its result is taken only under this reference, with this amount and currency.
 */
export interface PaymentRequest {
  /**
   * What the payment is asked for under: MaThamChieu of the platform's INIT. Unique; each new try has a new one.
   */
  reference: string
  /**
   * Exactly what is asked for. A platform tells amounts as numbers: fifteen digits are exact there.
   */
  amount: string
  /**
   * Left out: VND.
   */
  currency?: string
}
/**
 * Which dossiers are to be compared with which partner. Everything left out takes all.
 */
export interface ReconciliationRequest {
  adapter: string
  /**
   * An agency, and all below it.
   */
  unit?: string
  /**
   * First day of reception.
   */
  receivedFrom?: string
  /**
   * Last day of reception.
   */
  receivedTo?: string
  /**
   * The province's own list. What it has and the gateway has not is `unknown-here`; a newer version there is `stale-here`.
   *
   * @maxItems 200000
   */
  dossiers?: {
    code: string
    /**
     * The province's own version of the dossier, growing with each change. A push with an older one than stored is refused (409 stale-revision). Without it, order is the order of arrival.
     */
    sourceVersion?: number
  }[]
}
/**
 * Where a client wants to be told of events.
 */
export interface EndpointRequest {
  /**
   * https://; http:// and private addresses in networks that the operators allow.
   */
  url: string
  description?: string | null
  types?: Types
  /**
   * Only events of dossiers of this agency and all below it; null or left out: every agency.
   */
  agency?: string | null
  /**
   * Only events of dossiers that this client pushed first.
   */
  ownDossiersOnly?: boolean
}
/**
 * What is left out stays as it is.
 */
export interface EndpointChange {
  /**
   * https://; http:// and private addresses in networks that the operators allow.
   */
  url?: string
  description?: string | null
  types?: Types
  /**
   * Only events of dossiers of this agency and all below it; null or left out: every agency.
   */
  agency?: string | null
  /**
   * Only events of dossiers that this client pushed first.
   */
  ownDossiersOnly?: boolean
  /**
   * false: nothing is sent or planned any more, and what waits is cancelled.
   */
  enabled?: boolean
}
export interface EndpointRotation {
  /**
   * How long messages are signed with both secrets; 0: the old one is invalid at once.
   */
  overlapSeconds: number
}
/**
 * One event, or those of a time that the endpoint's filters want.
 */
export interface EndpointReplay {
  event?: string
  /**
   * Events that happened from then on.
   */
  since?: string
  /**
   * And before this; left out: to the end.
   */
  until?: string
  /**
   * `cursor` of the answer before, with the same time: where it goes on.
   */
  cursor?: string
}
