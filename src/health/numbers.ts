/**
 * Numbers for metrics and alerts. They are read beside the scrape and not in it: with a backlog of a million they take a
 * second, and a scrape waits no longer than SCRAPE_MS (field case convoy#2807).
 */
import type { Database } from '../db/open.js'
import { countNearDue, type NearDueCount } from './watching.sql.js'
import { backlog, type Backlog, type OpenTarget, openTargets, type PollState, pollStates, unreadSince } from './standing.sql.js'

export interface Numbers {
  takenAt: number
  backlog: Backlog[]
  nearDue: NearDueCount[]
  openTargets: OpenTarget[]
  polls: PollState[]
  /** Since when the oldest fact waits that is no event yet; undefined: none does. */
  unreadSince: Date | undefined
}

export interface NumbersReader {
  /** Fresh ones where they come in time, else the last; undefined: none yet, and the database is slow or away. */
  read: () => Promise<Numbers | undefined>
}

const SCRAPE_MS = 70
/** The share of the time that reading may take: after a slow one there is a rest. */
const SHARE = 0.1

export function createNumbers (db: Database, { adapters, nearDueHours }: { adapters: readonly string[], nearDueHours: number }): NumbersReader {
  let last: Numbers | undefined
  let restUntil = 0
  let reading: Promise<Numbers | undefined> | undefined

  async function refresh (): Promise<Numbers | undefined> {
    const started = performance.now()
    try {
      const [open, due, targets, polls, unread] = await Promise.all([
        backlog(db), countNearDue(db, { adapters, hours: nearDueHours }), openTargets(db), pollStates(db), unreadSince(db)
      ])
      last = { takenAt: Date.now(), backlog: open, nearDue: due, openTargets: targets, polls, unreadSince: unread }
    } catch {
      // The age of the numbers tells; readiness says why.
    }
    const took = performance.now() - started
    restUntil = took < SCRAPE_MS ? 0 : performance.now() + took / SHARE
    reading = undefined
    return last
  }

  return {
    read: async () => {
      if (performance.now() < restUntil) return last
      reading ??= refresh()
      const late = new Promise<undefined>(resolve => { setTimeout(() => { resolve(undefined) }, SCRAPE_MS).unref() })
      return await Promise.race([reading, late]) ?? last
    }
  }
}
