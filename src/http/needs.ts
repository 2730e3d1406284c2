/** What the routes need of the process they run in; `process/services.ts` provides it. */
import type { ActiveAdapter, InstalledAdapter } from '../adapters/active-adapter.js'
import type { Rounds } from '../base/deadline.js'
import type { Catalogue } from '../catalogue/schedule.js'
import type { CodeBooks } from '../codes/books.js'
import type { Database } from '../db/open.js'
import type { Files } from '../files/open.js'
import type { AttemptMetrics } from '../health/attempt-metrics.js'
import type { NumbersReader } from '../health/numbers.js'
import type { Watch } from '../health/watch.js'
import type { Relay } from '../operations/deliver/relay.js'

export interface Needs {
  db: Database
  /** Those that deliver. */
  adapters: ReadonlyMap<string, ActiveAdapter>
  /** All of them, also those that only receive. */
  installed: ReadonlyMap<string, InstalledAdapter>
  books: CodeBooks
  files: Files
  attempts: AttemptMetrics
  relay: Pick<Relay, 'ring' | 'ringAndWait'>
  /** Makes events of what was committed; `run` is one round now. */
  sequencer: Pick<Rounds, 'run'>
  catalogue: Pick<Catalogue, 'pull'>
  watch: Pick<Watch, 'closedBy' | 'lastChecks' | 'readiness'>
  numbers: NumbersReader
}

/** The part of it that one route needs: `Need<'db' | 'relay'>`. */
export type Need<Part extends keyof Needs> = Pick<Needs, Part>
