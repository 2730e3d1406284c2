/**
 * `accept`: a provincial system talks to us in the partner's own format (design §4). An adapter reads its messages and
 * words the answers, purely; the kernel (`src/operations/accept`) owns sessions, intake, stores and the partner's silence.
 */
import type { Finding, FindingKind } from '../../model/findings.js'
import type { Settings } from './open.js'
import type { CodeSeeds } from './codes.js'

export interface AcceptOperation {
  /** The addresses that the settings open: none by default. */
  routes: (settings: Settings) => readonly AcceptRoute[]
  sessionSeconds: (settings: Settings) => number
  read: (request: AcceptRequest, context: AcceptContext) => AcceptReading
  answer: (said: AcceptSaid, place: AcceptPlace) => AcceptReply
  /** Where a member of the canonical document stands in the partner's item, as JSON pointers: findings name what the client sent. */
  placeOf: (kind: AcceptedKind, pointer: string) => string
  /** Every kind of finding that reading raises; none of them refuses a message. */
  findings: readonly FindingKind[]
}

export interface AcceptRoute {
  method: 'GET' | 'POST'
  path: string
  /** The adapter's own name of the protocol that is spoken there. */
  form: string
  /** Who calls is said by the Authorization header of each call, or by the message itself. */
  caller: 'header' | 'message'
}

export interface AcceptRequest {
  form: string
  /** Parameters of path and query, texts alone. */
  values: Readonly<Record<string, string>>
  /** Parsed JSON; undefined where there was none. */
  body: unknown
}

export interface AcceptContext {
  settings: Settings
  codes: CodeSeeds
}

export interface AcceptReading {
  /** The name by which the call asks; empty where it names none. */
  service: string
  /** The token of a login, where the message bears one. */
  session?: string
  /** The code of the unit that calls, where it is said. */
  unit?: string
  /** Read when it is known who calls: a stranger's message costs no mapping. A login names no session, and is read at once. */
  call: () => AcceptCall
}

export type AcceptedKind = 'dossier' | 'step'

export type AcceptCall =
  | { kind: 'login', username: string, password: string }
  | { kind: 'dossiers', mode: 'create' | 'update' | 'either', items: AcceptedItem[] }
  | { kind: 'steps', items: AcceptedItem[] }
  | { kind: 'exists', code: string }
  /** Rows of our copy of the partner's lists; the first of `lists` that was pulled answers, and else the partner itself. */
  | { kind: 'rows', lists: readonly string[], key?: string, question: PassedQuestion }
  | { kind: 'pass', question: PassedQuestion }
  | { kind: 'refused', refusal: AcceptRefusal }

export interface AcceptedItem {
  dossierCode: string
  /** The canonical dossier or step as far as it could be read; the kernel checks it. */
  document: unknown
  /** The item's known members: what our schema will not take in the document is kept beside it from here. */
  source: unknown
  /** Pointers into the item. */
  findings: Finding[]
  /** What of the item is in no member of the document, with its place there. */
  leftOut: LeftOut[]
}

export interface LeftOut {
  pointer: string
  value: unknown
}

/** Put to the partner as the client put it. */
export interface PassedQuestion {
  service: string
  members: Readonly<Record<string, unknown>>
}

/** The partner's own answer, or why it gave none. */
export type PassedAnswer =
  | { code: string, message: string, result?: unknown }
  | { silent: true, rule: string }

export interface AcceptRefusal {
  why: RefusalReason
  /** Dossiers that are meant. */
  codes?: readonly string[]
  problems?: readonly AcceptProblem[]
  /** The row of the adapter's table of known refusals, for `known`. */
  rule?: string
}

export interface AcceptProblem {
  /** Pointer into the message. */
  pointer: string
  code: string
  message: string
}

export type RefusalReason =
  | 'login' | 'session' | 'caller' | 'scope'
  | 'unreadable' | 'service' | 'too-large'
  /** The partner is known to refuse it. */
  | 'known'
  | 'exists' | 'missing'
  /** No canonical document can be made of it. */
  | 'not-canonical'
  /** `unavailable`: whether anything was stored is not known; `closed`: nothing was. */
  | 'closed' | 'unavailable' | 'paused' | 'silent' | 'fault'

/** What the kernel came to. */
export type AcceptSaid =
  | { said: 'session', token: string }
  | { said: 'accepted' }
  | { said: 'result', rows: readonly unknown[] }
  | { said: 'passed', answer: { code: string, message: string, result?: unknown } }
  | { said: 'refused', refusal: AcceptRefusal }

export interface AcceptPlace {
  form: string
  service: string
  settings: Settings
}

export interface AcceptReply {
  status: number
  type: string
  body: string
}
