/**
 * What an adapter is. A folder `adapters/<id>/` implements these types and imports nothing else of the gateway.
 *
 * The kernel (`src/delivery`) owns time-outs, aborts, schema checks, masking, attempt records, retries and audit:
 * an adapter says what to send (`map`, pure) and what one answer means (`send`), and cannot forget the rest.
 */
import type { Readable } from 'node:stream'
import type { AcceptOperation, PassedAnswer, PassedQuestion } from './accept.js'
import type { BilingualText } from '../../model/bilingual.js'
import type { Dossier, ProgressStep } from '../../model/dossier-types.js'
import type { Finding, FindingKind } from '../../model/findings.js'
import type { Guard } from '../guard.js'
import type { ManifestLimits } from '../manifest.js'
import type { Network } from '../network.js'
import type { PollOperation } from './poll.js'
import type { ReceiveOperation } from './receive.js'
import type { Endpoint, NotifyOperation } from './notify.js'

export type { BilingualText } from '../../model/bilingual.js'
export type { Dossier, ProgressStep } from '../../model/dossier-types.js'
export type {
  BreakerPolicy, Manifest, ManifestCall, ManifestCodeTable, ManifestDeliver, ManifestInbox, ManifestLimits, ManifestList, ManifestReceive, ManifestRetry,
  ManifestSetting, QuietHours, RetryPolicy
} from '../manifest.js'
export type { Network } from '../network.js'
export type { Endpoint, Notification, NotificationInput, NotifyOperation, UrlProblem } from './notify.js'

/** Values of an adapter's settings after the manifest's types were applied. Secrets are among them: never log this. */
export type Settings = Readonly<Record<string, string | number | boolean | readonly string[]>>

/** A progress step with the stable id that the gateway keeps for it. */
export interface NumberedStep extends ProgressStep {
  id: string
}

export interface MappingInput {
  dossier: Dossier
  /** Steps this adapter has not confirmed yet, oldest first. */
  steps: readonly NumberedStep[]
  codes: FindCode
  settings: Settings
  /**
   * The link under which the partner can fetch an uploaded file (`fileIdOf` in file-reference.ts tells the id of a `url`
   * that is a reference). Pure. Where the settings allow no link the kernel reports it; the mapping need not.
   */
  fileLink: (id: string) => string
}

/**
 * What a code table of the manifest says about our word or the province's code on the dossier's day of reception.
 * Undefined is an `error` finding of the code `code-unmapped` that names the row; no table has a default.
 */
export type FindCode = (table: string, local: string) => CodeEntry | undefined

export interface CodeEntry {
  /** The partner's code. */
  code: string
  /** The partner's own name for it, where the row has one. */
  name?: string
  /** The local code that took over, where the one that was asked for had ended by then. */
  successor?: string
}

/** `codes.json`: table → our word → the partner's code. A province's rows go before them. */
export type CodeSeeds = Readonly<Record<string, Readonly<Record<string, string>>>>

/** One message of a delivery as the mapping planned it: no session, no secret, no clock. */
export interface PlannedCall {
  /** A call named in the manifest, for example `dossier` or `progress`. */
  operation: string
  /** Valid against `adapters/<id>/schema/<operation>.json`, or the delivery fails before anything is sent. */
  message: unknown
  /** Ids of the steps that this call reports. */
  steps: readonly string[]
  /** With notifications: the partner is one endpoint of many. */
  to?: Endpoint
}

export interface MappingResult {
  /** In the order in which they must be sent; a later call is sent only after the earlier one was confirmed. */
  calls: PlannedCall[]
  /** An `error` among them stops the delivery: its kind is `mapping`. */
  findings: Finding[]
}

/** Whether the partner is to take the dossier as new; `update` also for every call that is not an upsert. */
export type CallMode = 'create' | 'update'

export interface CallContext {
  mode: CallMode
  /** Aborted at the call's time-out, when the lane's lease is lost, and at the end of the grace time of a stop. */
  signal: AbortSignal
  /**
   * To be handed to `http.request` with the planned message (and not with a login), which awaits it once the call has
   * its connection and its turn, right before the bytes leave: the kernel records that the partner may know of the
   * message from now on. Harmless when repeated, as after a renewed session.
   */
  sending: () => Promise<void>
  /** For a partner that takes bytes and no links. Absent where several dossiers go in one message. */
  files?: FileAccess
}

/** The uploaded files that the dossier refers to, and no others. */
export interface FileAccess {
  /** Rejects for any other file. The stream is to be read to its end or destroyed. */
  open: (id: string) => Promise<OpenedFile>
}

export interface OpenedFile {
  name: string
  mediaType: string
  size: number
  /** Hexadecimal. */
  sha256: string
  /** As it lies in the storage, never whole in memory. Ends with the call's signal. */
  stream: Readable
}

/** What came back, kept as evidence. The excerpt is masked by the kernel. */
export interface WireAnswer {
  status: number
  headers: Readonly<Record<string, string>>
  excerpt: string
}

/**
 * What one call came to.
 * - `done`: the partner confirmed it (an "already there" to an update counts).
 * - `exists`: a create was answered "already there"; the kernel repeats the same revision as an update.
 * - `missing`: an update was answered "not there"; the kernel asks `exists()`: "no" leads to a create, "yes" makes the
 *   answer a refusal in the partner's words, and no answer to a later attempt.
 * - `transient`: the partner did not take it and says or shows that later is better.
 * - `uncertain`: it may or may not have been done.
 * - `refused`: the partner said no in its own words.
 * - `failed`: nothing was sent, and as things are set here nothing can be; repeating it is of no use.
 */
export type Verdict = 'done' | 'exists' | 'missing' | 'transient' | 'uncertain' | 'refused' | 'failed'

export interface Outcome {
  verdict: Verdict
  /** Name of the rule that decided, for the evidence: `portal.success-code`, `http.503`. */
  rule: string
  /** Stable failure code in kebab case; empty for `done`. */
  code: string
  /** The partner's own words, shortened; empty when it said nothing. */
  words: string
  /** What to do about it, for a `refused` or `failed`; the kernel has texts for the other kinds. */
  cure?: BilingualText
  /** Seconds that the partner asked to wait. */
  retryAfterSeconds?: number
  answer?: WireAnswer
}

/** A request as it would leave, with the session and every secret replaced. */
export interface WireRequest {
  method: string
  url: string
  headers: Readonly<Record<string, string>>
  body: unknown
}

export interface DeliverClient {
  /** The exact request of a call; pure. `preview` shows it and the attempt keeps it. */
  describe: (call: PlannedCall, mode: CallMode) => WireRequest
  /** One call, one outcome. Throws only `HttpFailure` (no answer) or a defect. */
  send: (call: PlannedCall, context: CallContext) => Promise<Outcome>
  /**
   * Several calls of one operation and mode, of different dossiers, in one message. Left out: each goes alone. Used where the
   * limits allow more than one call in a message.
   */
  sendBatch?: (calls: readonly PlannedCall[], context: CallContext) => Promise<BatchAnswer>
  /** Asks the partner whether it holds the dossier. Throws when it does not answer: silence is never "no". */
  exists: (dossierCode: string, signal: AbortSignal) => Promise<boolean>
  /**
   * Asks what the partner holds of a dossier, and names the members that differ from the call that creates or updates it.
   * `differences` is null where the partner tells only whether it has it. Throws when it does not answer. Left out: `exists`
   * is all that can be asked.
   */
  compare?: (call: PlannedCall, dossierCode: string, signal: AbortSignal) => Promise<Comparison>
  /**
   * Asks whether a call that was not answered has arrived. Left out where the partner offers no such lookup: then somebody
   * has to look. Throws when it does not answer.
   */
  arrived?: (call: PlannedCall, dossierCode: string, signal: AbortSignal) => Promise<boolean>
  /** Proves address and credentials without changing anything at the partner. */
  test: (signal: AbortSignal) => Promise<Outcome>
  /** Reads a list that the manifest's `poll` names. Throws only `HttpFailure` or a defect; changes nothing at the partner. */
  pull?: (question: PullQuestion, signal: AbortSignal) => Promise<Pulled>
  /** Puts a question of a provincial system to the partner as it stands (`accept`). Throws only `HttpFailure` or a defect. */
  pass?: (question: PassedQuestion, signal: AbortSignal) => Promise<PassedAnswer>
  close: () => Promise<void>
}

/**
 * `each`: an outcome for every call, in their order. `whole`: the partner said one thing about all of them; a refusal then
 * is looked into by halves, where repeating is harmless.
 */
export type BatchAnswer = { each: Outcome[] } | { whole: Outcome }

export interface Comparison {
  there: boolean
  /** Names of members, never values. */
  differences: readonly string[] | null
}

export interface PullQuestion {
  list: string
  /** For a list with `each`: the item that is asked for. */
  key?: string
}

/** Items as the partner gave them, or why it gave none. */
export type Pulled = { items: CatalogueItem[] } | { outcome: Outcome }

export interface CatalogueItem {
  /** The partner's own code. */
  key: string
  /** The partner's own name for it. */
  name: string
  /** The whole row, members in capitals. */
  content: Readonly<Record<string, unknown>>
}

export interface DeliverOperation {
  /** Pure: no I/O, clock, randomness or logging. Left out where the manifest's subject is `notification`. */
  map?: (input: MappingInput) => MappingResult
  open: (options: OpenOptions) => DeliverClient
}

/** Waits until the next call may leave; rejects when the signal is aborted before. */
export type Pace = (signal: AbortSignal) => Promise<void>

/** What `createHttpClient` takes: hand it all of `OpenOptions`. */
export interface HttpOptions {
  limits: ManifestLimits
  /** Absent: directly, and trusting whom the machine trusts. */
  network?: Network | undefined
  /** Absent: every address may be connected to. For addresses that somebody outside has given. */
  guard?: Guard | undefined
  /** Absent: no limit of calls per second. */
  pace?: Pace | undefined
}

export interface OpenOptions extends HttpOptions {
  settings: Settings
  /** Milliseconds since the epoch; a test's clock can stand in. */
  now: () => number
}

/** At least one operation. The manifest names the same ones. */
export interface Adapter {
  deliver?: DeliverOperation
  /** Their calls to us, by the names of the manifest. */
  receive?: Readonly<Record<string, ReceiveOperation>>
  /** What waits at the partner: the manifest's `poll.inbox`. */
  poll?: PollOperation
  /** For provincial systems that speak the partner's own format. */
  accept?: AcceptOperation
  /** Where the manifest's subject is `notification`. */
  notify?: NotifyOperation
  /** Every kind of finding that the mapping raises; docs/findings.md is written from it. */
  findings?: readonly FindingKind[]
}

export type DeliveringAdapter = Adapter & Required<Pick<Adapter, 'deliver'>>
