/** Loads the adapters that the settings name and opens their clients. */
import { toShortAgency } from '../adapter-kit/codes.js'
import type { DeliverClient, Pace, Settings } from '../adapter-kit/contract.js'
import { nameSet } from '../adapter-kit/redaction.js'
import { checkNames, readAdapterSettings, settingPrefix } from '../adapter-settings.js'
import type { Environment } from '../config.js'
import { ConfigError } from '../errors.js'
import { createPace, type SlotStore } from '../protection/rate.js'
import { inBatches } from './batches.js'
import type { ActiveAdapter } from './context.js'
import { ADAPTERS_FOLDER, adapterIds, loadAdapter, readManifest } from './registry.js'
import { repeatability } from './repeatability.js'

export interface ActivateOptions {
  environment: Environment
  /** Ids from ADAPTERS. */
  wanted: readonly string[]
  folder?: URL
  /** Shares the calls per second among all processes. Absent only where no partner is called: nothing limits them then. */
  slots?: SlotStore | undefined
}

/** Throws ConfigError for an unknown adapter and for every setting that is missing, unknown or wrong. */
export async function activateAdapters ({ environment, wanted, folder = ADAPTERS_FOLDER, slots }: ActivateOptions): Promise<Map<string, ActiveAdapter>> {
  const ids = await adapterIds(folder)
  const unknown = wanted.filter(id => !ids.includes(id))
  if (unknown.length > 0) throw new ConfigError([`ADAPTERS: no adapter named ${unknown.join(', ')}; there are ${ids.join(', ')}`])
  checkNames(environment, await Promise.all(ids.map(id => readManifest(id, folder))))
  const active = await Promise.all([...new Set(wanted)].map(id => activate(id, { environment, folder, slots })))
  return new Map(active.map(adapter => [adapter.manifest.id, adapter]))
}

async function activate (id: string, { environment, folder, slots }: Required<Pick<ActivateOptions, 'environment' | 'folder'>> & Pick<ActivateOptions, 'slots'>): Promise<ActiveAdapter> {
  const loaded = await loadAdapter(id, folder)
  const read = readAdapterSettings(environment, loaded.manifest)
  const { limits, network } = read
  if (loaded.adapter.notify !== undefined && network.proxyUrl !== undefined) throw new ConfigError([`${settingPrefix(id)}PROXY_URL: not with ${id}: whom a proxy connects to for an endpoint's name cannot be checked from here`])
  const open = (settings: Settings, target: string): DeliverClient => {
    const client = loaded.adapter.deliver.open({ settings, limits, network, pace: paceOf(target, limits.callsPerSecond, slots), now: Date.now })
    const { batchSize: size = 1, batchWaitMs: waitMs = 0 } = limits
    return inBatches(client, { size, waitMs, harmless: operation => repeatability({ ...loaded, settings }, operation) === 'harmless' })
  }
  return {
    ...loaded,
    ...read,
    client: open(read.settings, id),
    units: read.units.map(unit => ({ ...unit, client: open(unit.settings, `${id}/${toShortAgency(unit.code) ?? unit.code}`) })),
    sensitive: nameSet(loaded.manifest.sensitiveFields)
  }
}

/** Each account of a partner has its own: that is what partners count by. */
function paceOf (target: string, callsPerSecond: number | null | undefined, store: SlotStore | undefined): Pace | undefined {
  return store === undefined || callsPerSecond === undefined || callsPerSecond === null ? undefined : createPace({ target, callsPerSecond, store })
}

/** Closes the adapter's own client and those of its units. */
export async function closeAdapter ({ client, units }: ActiveAdapter): Promise<void> {
  for (const opened of [client, ...units.map(unit => unit.client)]) await opened.close()
}
