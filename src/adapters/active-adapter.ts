/** Adapters as the kernel holds them: loaded, with settings, with open clients. */
import type { DeliveringAdapter } from '../adapter-kit/contract/adapter.js'
import type { AdapterSettings } from '../config/adapter-settings.js'
import type { LoadedAdapter } from './registry.js'
import type { InboxClient } from '../adapter-kit/contract/poll.js'
import type { Manifest } from '../adapter-kit/manifest.js'
import type { DeliverClient } from '../adapter-kit/contract/deliver.js'

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
  /** Whose account settings and client are: a unit's code or an endpoint's id. Absent: the adapter's own. */
  account?: string
}

export type ActiveUnit = AdapterSettings['units'][number] & {
  client: DeliverClient
}

export interface Inbox {
  adapter: string
  /** Event type of an item. */
  event: string
  client: InboxClient
}
