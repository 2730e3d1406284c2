/**
 * The sequencer: a timer in every process, of which one works at a time. It turns new facts of the audit log into
 * numbered events and plans their deliveries, so that an event exists exactly if its fact was committed, and nothing on
 * the way of a dossier waits for it (ADR 0017).
 */
import { startRounds, type Rounds } from '../../base/deadline.js'
import { adoptCursor, appendEvents, lockCursor, moveCursor, readFacts } from './events.sql.js'
import type { RingableLane } from '../../db/lanes.js'
import { planNotifications } from './planning.sql.js'
import type { Database } from '../../db/open.js'
import { withLock } from '../../db/server.js'
import { eventOf } from './event.js'
import type { LimitedLog } from '../../base/log.js'

export interface SequencerOptions {
  db: Database
  /** Rings lanes whose deliveries are committed. */
  ring: (lanes: readonly RingableLane[]) => void
  log: LimitedLog
  everyMs?: number
}

const EVERY_MS = 1000
const ROUND_MS = 60_000
const BATCH = 500

export function startSequencer ({ db, ring, log, everyMs = EVERY_MS }: SequencerOptions): Rounds {
  return startRounds({
    everyMs,
    deadlineMs: ROUND_MS * 2,
    onError: error => { log('events.failed', { message: error.message }) },
    // The lock spares the others the work; that no two number at once is the cursor's row lock.
    round: closing => withLock(db, { name: 'lienthong events', deadlineMs: ROUND_MS }, async late => {
      const ended = AbortSignal.any([closing, late])
      for (let more = true; more && !ended.aborted;) {
        const batch = await sequenceBatch(db, BATCH)
        ring(batch.lanes)
        more = batch.more
      }
    })
  })
}

export interface SequencedBatch {
  /** To be rung: the deliveries are committed. */
  lanes: RingableLane[]
  /** There may be more facts. */
  more: boolean
}

/** One transaction: events, their deliveries and the cursor, or nothing of it. Two at once go one after the other. */
export async function sequenceBatch (db: Database, limit: number): Promise<SequencedBatch> {
  return db.transaction().execute(async tx => {
    const cursor = await lockCursor(tx)
    const facts = await readFacts(tx, cursor, limit)
    const last = facts.at(-1)
    if (last === undefined) {
      if (cursor.isForeign) await adoptCursor(tx)
      return { lanes: [], more: cursor.isForeign }
    }
    const events = facts.map(eventOf).filter(event => event !== undefined).map((event, index) => ({ ...event, id: cursor.eventId + index + 1 }))
    const eventId = cursor.eventId + events.length
    if (events.length > 0) await appendEvents(tx, events)
    const lanes = events.length > 0 ? await planNotifications(tx, { from: cursor.eventId + 1, to: eventId }) : []
    await moveCursor(tx, { xid: last.xid, auditId: last.id, eventId })
    return { lanes, more: facts.length === limit }
  })
}
