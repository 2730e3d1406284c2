/** Loads the adapters that the settings name and opens their clients. */
import { toShortAgency } from '../model/codes.js'
import { nameSet } from '../base/redaction.js'
import { checkNames, readAdapterSettings, settingPrefix } from '../config/adapter-settings.js'
import type { Environment } from '../config/gateway.js'
import { ConfigError } from '../base/problem.js'
import { createPace, type SlotStore } from '../protection/rate.js'
import { inBatches } from './batches.js'
import { ADAPTERS_FOLDER, adapterIds, loadAdapter, readManifest } from './registry.js'
import { repeatability } from './repeatability.js'
import type { ActiveAdapter, Inbox, InstalledAdapter } from './active-adapter.js'
import type { Pace, Settings } from '../adapter-kit/contract/open.js'
import type { DeliverClient } from '../adapter-kit/contract/deliver.js'

export interface ActivateOptions {
  environment: Environment
  /** Ids from ADAPTERS. */
  wanted: readonly string[]
  folder?: URL
  /** Shares the calls per second among all processes. Absent only where no partner is called: nothing limits them then. */
  slots?: SlotStore | undefined
}

/** The adapters that deliver, with open clients. Throws as `installAdapters` does. */
export async function activateAdapters (options: ActivateOptions): Promise<Map<string, ActiveAdapter>> {
  return openAdapters(await installAdapters(options), options.slots)
}

/** Throws ConfigError for an unknown adapter and for every setting that is missing, unknown or wrong. */
export async function installAdapters ({ environment, wanted, folder = ADAPTERS_FOLDER }: Omit<ActivateOptions, 'slots'>): Promise<Map<string, InstalledAdapter>> {
  const ids = await adapterIds(folder)
  const unknown = wanted.filter(id => !ids.includes(id))
  if (unknown.length > 0) throw new ConfigError([`ADAPTERS: no adapter named ${unknown.join(', ')}; there are ${ids.join(', ')}`])
  checkNames(environment, await Promise.all(ids.map(id => readManifest(id, folder))))
  const installed = await Promise.all([...new Set(wanted)].map(async id => {
    const loaded = await loadAdapter(id, folder)
    return { ...loaded, ...readAdapterSettings(environment, loaded.manifest), sensitive: nameSet(loaded.manifest.sensitiveFields) }
  }))
  return new Map(installed.map(adapter => [adapter.manifest.id, adapter]))
}

/** Opens the clients of those that deliver. */
export function openAdapters (installed: ReadonlyMap<string, InstalledAdapter>, slots?: SlotStore): Map<string, ActiveAdapter> {
  return new Map([...installed].flatMap(([id, adapter]) => {
    const opened = openAdapter(adapter, slots)
    return opened === undefined ? [] : [[id, opened]]
  }))
}

function openAdapter (installed: InstalledAdapter, slots: SlotStore | undefined): ActiveAdapter | undefined {
  const { adapter, manifest, limits, network } = installed
  const { deliver } = adapter
  if (deliver === undefined || manifest.deliver === undefined) return undefined
  if (adapter.notify !== undefined && network.proxyUrl !== undefined) throw new ConfigError([`${settingPrefix(manifest.id)}PROXY_URL: not with ${manifest.id}: whom a proxy connects to for an endpoint's name cannot be checked from here`])
  const delivering = { manifest: { ...manifest, deliver: manifest.deliver }, adapter: { ...adapter, deliver } }
  const open = (settings: Settings, target: string): DeliverClient => {
    const client = deliver.open({ settings, limits, network, pace: paceOf(target, limits.callsPerSecond, slots), now: Date.now })
    const { batchSize: size = 1, batchWaitMs: waitMs = 0 } = limits
    return inBatches(client, { size, waitMs, harmless: operation => repeatability({ ...delivering, settings }, operation) === 'harmless' })
  }
  return {
    ...installed,
    ...delivering,
    client: open(installed.settings, manifest.id),
    units: installed.units.map(unit => ({ ...unit, client: open(unit.settings, `${manifest.id}/${toShortAgency(unit.code) ?? unit.code}`) }))
  }
}

/** The inbox of the adapter at its partner, with an open client; none where it has none. */
export function openInbox ({ adapter, manifest, settings, limits, network }: InstalledAdapter, slots?: SlotStore): Array<{ inbox: Inbox, seconds: number }> {
  const declared = manifest.poll?.inbox
  if (declared === undefined || adapter.poll === undefined) return []
  const client = adapter.poll.open({ settings, limits, network, pace: paceOf(manifest.id, limits.callsPerSecond, slots), now: Date.now })
  return [{ inbox: { adapter: manifest.id, event: declared.event, client }, seconds: Number(settings[declared.everySeconds]) }]
}

/** Each account of a partner has its own: that is what partners count by. */
function paceOf (target: string, callsPerSecond: number | null | undefined, store: SlotStore | undefined): Pace | undefined {
  return store === undefined || callsPerSecond === undefined || callsPerSecond === null ? undefined : createPace({ target, callsPerSecond, store })
}

/** Closes the adapter's own client and those of its units. */
export async function closeAdapter ({ client, units }: ActiveAdapter): Promise<void> {
  for (const opened of [client, ...units.map(unit => unit.client)]) await opened.close()
}
