/** What the delivery kernel needs; made once per process. */
import type { Logger } from 'pino'
import type { DeliverClient, DeliveringAdapter, Manifest } from '../../adapter-kit/contract/adapter.js'
import type { AdapterSettings } from '../../config/adapter-settings.js'
import type { CodeBooks } from '../../codes/books.js'
import type { Database } from '../../db/open.js'
import type { Files } from '../../files/open.js'
import type { AttemptMetrics } from '../../health/attempt-metrics.js'
import type { Breakers } from '../../protection/breakers.js'
import type { LeaseKeeper } from './lease-keeper.js'
import type { LoadedAdapter } from '../../adapters/registry.js'

/** An adapter with its settings. */
export interface InstalledAdapter extends LoadedAdapter, AdapterSettings {
  /** Lower-cased names of members that are masked in evidence. */
  sensitive: ReadonlySet<string>
}

/** One that delivers, with an open client. */
export interface ActiveAdapter extends Omit<InstalledAdapter, 'units' | 'manifest' | 'adapter'> {
  manifest: Manifest & Required<Pick<Manifest, 'deliver'>>
  adapter: DeliveringAdapter
  client: DeliverClient
  /** Units with an account of their own, each with a client. */
  units: readonly ActiveUnit[]
  /** The unit for which settings and client stand; absent: the adapter's own account. */
  unit?: string
}

export type ActiveUnit = AdapterSettings['units'][number] & {
  client: DeliverClient
}

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
