/**
 * Rings lanes after the commit that made them due. Rings of one turn of the event loop travel together; a ring that
 * fails is not retried here, because the sweep finds every due lane that was not rung.
 */
import { withDeadline } from '../deadline.js'
import { markRung, type RingableLane } from '../db/lanes.js'
import type { Database } from '../db/open.js'
import { reached } from '../points.js'
import type { LaneQueues, QueueLog, RungLane } from '../queue/contract.js'
import { lanePriority } from './priority.js'

export interface Relay {
  ring: (lanes: readonly RingableLane[]) => void
  /** Rings lanes of one adapter and waits; used by the sweep. Rejects when the store is out of reach. */
  ringNow: (adapter: string, lanes: readonly RingableLane[]) => Promise<void>
  /** Waits until what was asked to be rung has been, or has failed. */
  flushed: () => Promise<void>
  /** Waits for what is under way. */
  close: () => Promise<void>
}

export interface RelayOptions {
  db: Database
  queues: LaneQueues
  log: QueueLog
}

/** Rings that hang must not hold back those after them. */
const RING_MS = 10_000

export function createRelay ({ db, queues, log }: RelayOptions): Relay {
  const pending = new Map<string, Map<string, RingableLane>>()
  let flushing: Promise<void> | undefined

  async function ringNow (adapter: string, lanes: readonly RingableLane[]): Promise<void> {
    const started = performance.now()
    reached('relay.before-ring')
    await queues.ring(adapter, lanes.map(withPriority))
    reached('relay.rung')
    await markRung(db, lanes.map(({ id }) => id), (performance.now() - started) / 1000)
  }

  async function flush (): Promise<void> {
    await new Promise(resolve => setImmediate(resolve))
    const batches = [...pending]
    pending.clear()
    await Promise.all(batches.map(async ([adapter, lanes]) => {
      await withDeadline(RING_MS, () => ringNow(adapter, [...lanes.values()])).catch((error: Error) => {
        log('relay.ring-failed', { adapter, lanes: lanes.size, message: error.message })
      })
    }))
  }

  async function flushAll (): Promise<void> {
    while (pending.size > 0) await flush()
    flushing = undefined
  }

  return {
    ring: lanes => {
      for (const lane of lanes) {
        const waiting = pending.get(lane.adapter) ?? new Map<string, RingableLane>()
        // What was read last knows the lane best.
        pending.set(lane.adapter, waiting.set(lane.id, lane))
      }
      if (pending.size > 0) flushing ??= flushAll()
    },
    ringNow,
    flushed: async () => { await flushing },
    close: async () => { await flushing }
  }
}

function withPriority ({ id, urgency }: RingableLane): string | RungLane {
  return urgency === undefined ? id : { id, priority: lanePriority({ ...urgency, now: Date.now() }) }
}
