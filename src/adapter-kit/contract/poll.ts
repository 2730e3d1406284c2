/**
 * Messages that wait at the partner and are pulled (design §4, `poll`).
 *
 * The kernel (`src/operations/poll`) owns the timer, the deadline, storing each item once, the order "stored, then acknowledged", and
 * audit; an adapter reads a page and says what it means, and acknowledges what it is told to.
 */
import type { OpenOptions } from './open.js'
import type { Outcome } from './outcome.js'

export interface PulledItem {
  /** The partner's own key of the item. One that comes again with other content is kept as a new version. */
  key: string
  /** Its national code. */
  dossierCode: string
  /** For audit and events: ids and codes as text; no personal data. */
  facts: Readonly<Record<string, string>>
  /** The item as the partner gave it. */
  content: unknown
}

export interface InboxPage {
  items: PulledItem[]
  /** Items without a key or a code: stored as they are and shown, and never acknowledged. */
  unreadable: unknown[]
  /** The partner's mark for the next page; null where it has none. */
  cursor: string | null
  more: boolean
}

/** A page, or why there is none. */
export type InboxAnswer = InboxPage | { outcome: Outcome }

export type AcknowledgedItem = Pick<PulledItem, 'key' | 'dossierCode' | 'facts'>

export interface InboxClient {
  /** Changes nothing at the partner. Throws only `HttpFailure` or a defect. */
  fetch: (cursor: string | null, signal: AbortSignal) => Promise<InboxAnswer>
  /** Tells the partner that these are stored here. Harmless when repeated. Throws as `fetch`. */
  acknowledge: (items: readonly AcknowledgedItem[], signal: AbortSignal) => Promise<Outcome>
  close: () => Promise<void>
}

export interface PollOperation {
  open: (options: OpenOptions) => InboxClient
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
