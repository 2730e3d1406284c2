/** What a client of an adapter is opened with. */
import type { Guard } from '../guard.js'
import type { ManifestLimits } from '../manifest.js'
import type { Network } from '../network.js'

/** Values of an adapter's settings after the manifest's types were applied. Secrets are among them: never log this. */
export type Settings = Readonly<Record<string, string | number | boolean | readonly string[]>>

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
