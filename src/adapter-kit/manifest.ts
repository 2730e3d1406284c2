/** What `manifest.json` of an adapter says: its types are those of `schemas/adapter-manifest.json`. */
import type { BilingualText } from '../model/bilingual.js'

/** `manifest.json`, checked against `schemas/adapter-manifest.json` when the adapter is loaded. */
export interface Manifest {
  id: string
  title: BilingualText
  protocol: string
  specification: { name: string, version: string, date: string }
  deliver?: ManifestDeliver
  receive?: Record<string, ManifestReceive>
  /** Speaks the partner's own format with provincial systems, where the setting named here opens it. */
  accept?: { title: BilingualText, enabledBy: string }
  /** Lists of the partner that are copied on a schedule; messages that wait there and are pulled. */
  poll?: { lists?: Record<string, ManifestList>, inbox?: ManifestInbox }
  codeTables?: Record<string, ManifestCodeTable>
  settings: Record<string, ManifestSetting>
  limits: ManifestLimits
  retry: ManifestRetry
  breaker: BreakerPolicy
  /** Names of members whose values never appear in evidence, logs or previews' records. */
  sensitiveFields: string[]
}

export interface ManifestDeliver {
  /** What is delivered: dossiers (the default), or notifications of events to endpoints. */
  subject?: 'dossier' | 'notification'
  /** May a waiting older revision be replaced by a newer one? (design §2.6) */
  supersedes: boolean
  /**
   * What a refused or failed delivery does to later revisions of its dossier. `continue` (the default): they are sent,
   * for a revision carries the whole dossier. `wait`: not before it is redriven, resolved or cancelled.
   */
  afterFailure?: 'continue' | 'wait'
  /**
   * Dossiers that were filed at a national system are told to it alone: `own`: only those that came through this adapter.
   * `own-or-none`: also those that the province took in itself. Absent: every dossier.
   */
  origins?: 'own' | 'own-or-none'
  calls: Record<string, ManifestCall>
}

/** A call of the partner to us. It is always offered at `/callbacks/{adapter}/{operation}`. */
export interface ManifestReceive {
  title: BilingualText
  /** Other paths that the partner really calls, without the gateway's address. */
  paths: string[]
  /** Largest body; absent: the gateway's own limit. */
  maxBytes?: number
  /**
   * Settings by which `read` tells the partner from others, a key or a secret. The operation is closed while neither one of
   * them nor a proof of the kernel's own (INBOUND_ALLOW, INBOUND_SUBJECTS) is set.
   */
  proof?: string[]
  /** No public source confirms it. */
  inferred?: boolean
}

export interface ManifestInbox {
  title: BilingualText
  /** Type of the event for each item, like `dossier.received`. */
  event: string
  /** Name of the setting that says how many seconds lie between two looks. */
  everySeconds: string
}

export interface ManifestList {
  title: BilingualText
  /** The code table whose partner codes are this list's keys. */
  codeTable?: string
  /**
   * One call for each item, and so only for items in use: codes of `codeTable` that dossiers or code rows use, or without
   * one the keys to which rows of other lists refer. The others are not asked for and cannot vanish.
   */
  each?: boolean
  /** What it says depends on who asks: each unit with an account of its own has a list of its own beside the adapter's. */
  perUnit?: boolean
  /** Offered only where each of these settings has one of the values. */
  onlyFor?: Record<string, string[]>
  /** The service is known by its name only: what its rows mean is inferred. */
  inferred?: boolean
  /** Members of a row that hold keys of another list: the list → where, `LINHVUCTHUCHIEN.MALINHVUC` also through arrays. */
  refers?: Record<string, string>
}

/** A table that a province may fill. What it says about a code that has no row: */
export interface ManifestCodeTable {
  title: BilingualText
  /** `agency`: both notations of an agency's code are one code (contracts: standards §5.1). */
  notation?: 'agency'
  /** Pattern of the partner's own codes: these need no row and are sent as they are. */
  partnerForm?: string
  /** While the table has no row at all, codes are taken for the partner's own: for tables whose codes have no known form. */
  openUntilUsed?: boolean
  /** True where no public source confirms the form. */
  inferred?: boolean
}

export interface ManifestCall {
  /** Is this the call that creates or updates the dossier at the partner? */
  upsert: boolean
  /**
   * `true`: repeating is harmless. `false`: an unanswered call is held for a person.
   * A setting's name: that setting says `repeat` or `hold`.
   */
  safeToRepeat: boolean | string
}

export interface ManifestSetting {
  type: 'string' | 'url' | 'path' | 'integer' | 'boolean' | 'list' | 'networks'
  required?: boolean
  /** Required where each setting named here has one of these values: `{ "GENERATION": ["a"] }`. */
  requiredFor?: Record<string, string[]>
  sensitive?: boolean
  /** May single units of a province have their own (design §2.14)? */
  perUnit?: boolean
  default?: string | number | boolean | string[]
  enum?: string[]
  minimum?: number
  maximum?: number
  /** What a text must match; a complaint quotes `example` and not the pattern. */
  pattern?: string
  example?: string
  /** True where no public source confirms the default. */
  inferred?: boolean
  help: BilingualText
}

export interface ManifestLimits {
  /** Lanes in flight per process. */
  concurrency: number
  connections: number
  connectTimeoutMs: number
  /** From the first byte sent to the last byte received. */
  callTimeoutMs: number
  /** Without a byte from the partner; absent: only `callTimeoutMs` counts. */
  idleTimeoutMs?: number
  maxResponseBytes: number
  /** Calls in one message; absent: 1. */
  batchSize?: number
  /** How long the first call of a batch waits for others; absent: 50. */
  batchWaitMs?: number
  /** To one account of the partner, over all processes; absent or null: no limit. */
  callsPerSecond?: number | null
  /** Names of limits that no public source confirms. */
  inferred?: string[]
}

/** The policy as a manifest writes it: quiet hours as `22:00-05:00`. */
export type ManifestRetry = Omit<RetryPolicy, 'quietHours'> & { quietHours?: string[] }

export interface RetryPolicy {
  /** Waits after the 1st, 2nd … failure; the last one repeats. */
  delaysSeconds: number[]
  /** Share of the wait that is random, 0…1; it only lengthens a wait the partner asked for. */
  jitter: number
  maxRetryAfterSeconds: number
  /** A delivery older than this fails (time in which the target was paused does not count). */
  maxAgeHours: number
  /** Failures that concern this dossier alone (an answer, not an outage) before it fails. */
  maxOwnFailures: number
  /** Times of the day in which nothing is sent. */
  quietHours: readonly QuietHours[]
}

/** Minutes of the day in +07:00; an end that is not after its start is on the next day. */
export interface QuietHours {
  fromMinute: number
  toMinute: number
}

/** When a partner counts as out of order, and how often it is tried whether it is back (design §2.9). */
export interface BreakerPolicy {
  /** Outages in a row, seen by one process, that open the breaker. */
  failures: number
  /** Waits before the 1st, 2nd … probe; the last one repeats. */
  probeSeconds: number[]
}
