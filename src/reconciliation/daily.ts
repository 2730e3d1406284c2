/** The reconciliation of every night: what changed in the last days, for every adapter. */
import { recordAudit } from '../db/audit.js'
import { toHanoi } from '../model/dates.js'
import type { Database } from '../db/open.js'
import { createReconciliation, startedSince } from './reconciliations.sql.js'

export interface DailyOptions {
  /** `hh:mm` in +07:00; undefined: never. */
  at: string | undefined
  /** How many days back changes are looked at. */
  days: number
  now?: Date
}

const DAY_MS = 86_400_000

/** Starts those that are due and were not started since. Several processes may ask at once: one of them makes it. */
export async function startDaily (db: Database, adapters: readonly string[], { at, days, now = new Date() }: DailyOptions): Promise<void> {
  const due = at === undefined ? undefined : lastTime(at, now)
  if (due === undefined) return
  const started = await startedSince(db, due)
  for (const adapter of adapters.filter(id => !started.includes(id))) {
    await db.transaction().execute(async tx => {
      if ((await startedSince(tx, due, 'lock')).includes(adapter)) return
      const id = await createReconciliation(tx, { adapter, changedSince: new Date(now.getTime() - days * DAY_MS) }, { actor: DAILY, list: undefined })
      await recordAudit(tx, [{ actor: DAILY, action: 'reconciliation.started', adapter, details: { reconciliation: id, days } }])
    })
  }
}

const DAILY = 'gateway'

/** The last time the clock of Hà Nội showed `at`. */
export function lastTime (at: string, now: Date): Date {
  const today = new Date(`${toHanoi(now).slice(0, 10)}T${at}:00+07:00`)
  return today.getTime() <= now.getTime() ? today : new Date(today.getTime() - DAY_MS)
}
