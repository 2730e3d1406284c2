/** `lienthong catalogue …`: the copy of a partner's lists from a shell. */
import { startOfDay } from '../model/dates.js'
import { shownChanges } from '../catalogue/changes.js'
import { pullCatalogue } from '../catalogue/pull.js'
import type { Config } from '../config/gateway.js'
import { newestPulls } from '../catalogue/catalogue.sql.js'
import type { Database } from '../db/open.js'
import { reserveSlots } from '../protection/rates.sql.js'
import { activateAdapters, closeAdapter } from '../adapters/activate.js'
import { readManifest } from '../adapters/registry.js'
import { ConfigError } from '../base/problem.js'
import type { SlotStore } from '../protection/rate.js'
import { adapterControls } from '../health/standing.sql.js'

export const CATALOGUE_USAGE = `  lienthong catalogue show <adapter>                   các danh mục và lần kéo gần nhất / lists and their newest pulls
  lienthong catalogue pull <adapter> [--force]         kéo ngay / pull now
  lienthong catalogue changes <adapter> --since yyyy-mm-dd
`

export interface CatalogueContext {
  db: Database
  config: Config
  args: readonly string[]
  options: { force?: boolean | undefined, since?: string | undefined }
}

export async function catalogueShow ({ db, args: [id = ''] }: CatalogueContext): Promise<unknown> {
  return newestPulls(db, id)
}

export async function catalogueChanges ({ db, args: [id = ''], options: { since = '' } }: CatalogueContext): Promise<unknown> {
  const from = startOfDay(since)
  if (from === undefined) throw new ConfigError([`catalogue changes: --since takes a day like 2026-11-04; "${since}" is none`])
  return shownChanges(db, await readManifest(id), from)
}

export async function cataloguePull ({ db, config, args: [id = ''], options }: CatalogueContext): Promise<unknown> {
  const paused = (await adapterControls(db)).some(({ adapter, paused_at: at }) => adapter === id && at !== null)
  if (paused || config.outboundPaused) throw new ConfigError(['catalogue pull: paused; resume first (OUTBOUND, or the adapter)'])
  const slots: SlotStore = {
    reserve: async block => await reserveSlots(db, block),
    failed: (target, { message }) => { process.stderr.write(`${target}: waiting, the database gives no slots (${message})\n`) }
  }
  const adapters = await activateAdapters({ environment: config.environment, wanted: [id], slots })
  try {
    const adapter = adapters.get(id)
    const signal = AbortSignal.timeout(3_600_000)
    const lists = adapter === undefined ? [] : await pullCatalogue(db, adapter, { actor: 'operator:cli', force: options.force === true, details: config.catalogueDetails, signal })
    if (lists === undefined) throw new ConfigError(['catalogue pull: another pull is in progress'])
    if (lists.some(({ outcome }) => outcome !== 'applied')) process.exitCode = 1
    return lists
  } finally {
    for (const adapter of adapters.values()) await closeAdapter(adapter)
  }
}
