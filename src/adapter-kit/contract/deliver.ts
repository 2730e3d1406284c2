/** The operation `deliver`: a dossier or a notification on its way to a partner. */
import type { Readable } from 'node:stream'
import type { PassedAnswer, PassedQuestion } from './accept.js'
import type { Dossier, ProgressStep } from '../../model/dossier-types.js'
import type { Finding } from '../../model/findings.js'
import type { Pulled, PullQuestion } from './poll.js'
import type { OpenOptions, Settings } from './open.js'
import type { Outcome } from './outcome.js'
import type { FindCode } from './codes.js'

/** Where a notification goes. */
export interface Endpoint {
  id: string
  url: string
  /** Versions of its secret that are valid now, newest first: one, or two during a rotation. */
  secretVersions: readonly number[]
}

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

export interface DeliverOperation {
  /** Pure: no I/O, clock, randomness or logging. Left out where the manifest's subject is `notification`. */
  map?: (input: MappingInput) => MappingResult
  open: (options: OpenOptions) => DeliverClient
}
