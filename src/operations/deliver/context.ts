/** What the delivery kernel needs; made once per process. */
import type { Logger } from 'pino'
import type { CodeBooks } from '../../codes/books.js'
import type { Database } from '../../db/open.js'
import type { Files } from '../../files/open.js'
import type { AttemptMetrics } from '../../health/attempt-metrics.js'
import type { Breakers } from '../../protection/breakers.js'
import type { LeaseKeeper } from './lease-keeper.js'
import type { ActiveAdapter } from '../../adapters/active-adapter.js'

export interface DeliveryContext {
  db: Database
  adapters: ReadonlyMap<string, ActiveAdapter>
  books: CodeBooks
  breakers: Breakers
  files: Pick<Files, 'links' | 'storage'>
  attempts: Pick<AttemptMetrics, 'note'>
  leases: LeaseKeeper
  log: Logger
  /** 0 ≤ random < 1, for jitter. */
  random: () => number
}
