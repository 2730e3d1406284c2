/**
 * Asks partners about the dossiers of running reconciliations, slowly: one at a time per adapter, so many a minute. What
 * was answered is written at once, so that a process that is stopped or killed loses nothing and another one goes on.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { present } from '../model/present.js'
import type { CodeBooks } from '../codes/books.js'
import { startRounds } from '../base/deadline.js'
import { recordAudit } from '../db/audit.js'
import type { Database } from '../db/open.js'
import { endReconciliation, leaseReconciliation, listReconciliations, openItems, releaseReconciliation, writeChecked } from './reconciliations.sql.js'
import { compareWithPartner } from './compare.js'
import { startDaily, type DailyOptions } from './daily.js'
import type { ActiveAdapter } from '../adapters/active-adapter.js'
import type { LimitedLog } from '../base/log.js'

export interface RunnerOptions {
  db: Database
  adapters: ReadonlyMap<string, ActiveAdapter>
  books: CodeBooks
  /** Questions per minute and adapter. */
  perMinute: number
  daily: DailyOptions
  log: LimitedLog
}

export interface Runner {
  close: () => Promise<void>
}

const TICK_MS = 1000
const TICK_DEADLINE_MS = 60_000
/** For one question, whatever the client's own limits are; half the lease, so that nobody else asks meanwhile. */
const QUESTION_MS = 60_000
/** Of the lease on a reconciliation; longer than any one question takes. */
const LEASE_SECONDS = 120
const BATCH = 50
const MAX_TRIES = 5

export function startRunner (options: RunnerOptions): Runner {
  const closing = new AbortController()
  const working = new Map<string, Promise<void>>()

  async function tick (): Promise<void> {
    const { db, adapters, daily } = options
    await startDaily(db, [...adapters.keys()], daily)
    const free = [...adapters.keys()].filter(id => !working.has(id))
    const leased = free.length === 0 ? undefined : await leaseReconciliation(db, free, LEASE_SECONDS)
    const adapter = leased === undefined ? undefined : adapters.get(leased.adapter)
    if (leased === undefined || adapter === undefined) return
    working.set(leased.adapter, work(options, { id: leased.id, adapter, signal: closing.signal })
      .catch(report)
      .finally(() => working.delete(leased.adapter)))
  }

  const report = (error: Error): void => { options.log('reconciliation.failed', { message: error.message }) }
  const ticks = startRounds({ everyMs: TICK_MS, deadlineMs: TICK_DEADLINE_MS, round: tick, onError: report })
  return {
    close: async () => {
      closing.abort()
      await ticks.close()
      await Promise.all(working.values())
    }
  }
}

interface Work {
  id: string
  adapter: ActiveAdapter
  signal: AbortSignal
}

async function work (options: RunnerOptions, { id, adapter, signal }: Work): Promise<void> {
  const { db } = options
  try {
    while (!signal.aborted) {
      const items = await openItems(db, id, BATCH)
      if (items.length === 0) {
        await end(db, id)
        return
      }
      if (!await askAll(options, { id, adapter, signal, items })) return
    }
  } finally {
    await releaseReconciliation(db, id)
  }
}

/** False when there is no more to do for us: a stop, a pause, or somebody ended it. */
async function askAll ({ db, books, perMinute, log }: RunnerOptions, { id, adapter, signal, items }: Work & { items: Awaited<ReturnType<typeof openItems>> }): Promise<boolean> {
  const bookOf = await books.refresh([adapter])
  for (const item of items) {
    const checked = await compareWithPartner({ adapter, book: bookOf(adapter), item, now: new Date(), signal: AbortSignal.any([signal, AbortSignal.timeout(QUESTION_MS)]), log })
    if (signal.aborted) return false
    if (!await writeChecked(db, { id, seconds: LEASE_SECONDS, maxTries: MAX_TRIES }, checked)) return false
    await delay(60_000 / perMinute, undefined, { signal }).catch(() => {})
  }
  // A pause of the adapter is seen by the next lease.
  return items.length === BATCH
}

async function end (db: Database, id: string): Promise<void> {
  await db.transaction().execute(async tx => {
    if (!await endReconciliation(tx, id, 'done')) return
    const [row] = await listReconciliations(tx, { id, limit: 1 })
    await recordAudit(tx, [{ actor: 'gateway', action: 'reconciliation.done', ...present({ adapter: row?.adapter }), details: { reconciliation: id, counts: row?.counts } }])
  })
}
