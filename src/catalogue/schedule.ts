/**
 * Pulls on a schedule: a timer in every working process, of which one pulls at a time. Which lists are due is read from
 * the record of pulls, so a restart pulls nothing that another process has just pulled, and a list that failed is asked
 * again alone.
 */
import { startRounds } from '../base/deadline.js'
import { dueLists } from './catalogue.sql.js'
import type { Database } from '../db/open.js'
import { pullCatalogue, type PulledList, type PullRequest } from './pull.js'
import type { ActiveAdapter } from '../adapters/active-adapter.js'
import type { LimitedLog } from '../base/log.js'

export type PullOrder = Omit<PullRequest, 'details' | 'signal'>

export interface Catalogue {
  /** At once; undefined while a pull is in progress. */
  pull: (adapter: ActiveAdapter, order: PullOrder) => Promise<PulledList[] | undefined>
  /** One look at what is due. */
  run: () => Promise<void>
  close: () => Promise<void>
}

export interface CatalogueOptions {
  db: Database
  adapters: ReadonlyMap<string, ActiveAdapter>
  /** Between two pulls; 0: none by itself. */
  hours: number
  details: number
  log: LimitedLog
  /** 0 ≤ random < 1: processes that start together do not look together. */
  random: () => number
}

const LOOK_EVERY_MS = 300_000
/** Longer than the pulls of many adapters one after the other. */
const ROUND_MS = 6 * 3_600_000

export function createCatalogue ({ db, adapters, hours, details, log, random }: CatalogueOptions): Catalogue {
  const stopping = new AbortController()
  const pull = async (adapter: ActiveAdapter, order: PullOrder): Promise<PulledList[] | undefined> =>
    pullCatalogue(db, adapter, { ...order, details, signal: stopping.signal })

  async function round (ended: AbortSignal): Promise<void> {
    for (const adapter of adapters.values()) {
      if (adapter.manifest.poll?.lists !== undefined && !ended.aborted) await pullDue(adapter)
    }
  }

  async function pullDue (adapter: ActiveAdapter): Promise<void> {
    const { id } = adapter.manifest
    const lists = await pull(adapter, { actor: 'gateway', force: false, choose: async lists => dueLists(db, { adapter: id, lists, hours }) }) ?? []
    for (const { list, outcome, error } of lists) {
      if (outcome !== 'applied') log('catalogue.not-applied', { adapter: id, list, outcome, message: error ?? '' })
    }
  }

  const rounds = startRounds({
    everyMs: hours === 0 ? undefined : LOOK_EVERY_MS * (1 + random() / 5),
    deadlineMs: ROUND_MS,
    round,
    onError: error => { log('catalogue.failed', { message: error.message }) }
  })
  return {
    pull,
    run: rounds.run,
    close: async () => {
      stopping.abort()
      await rounds.close()
    }
  }
}
