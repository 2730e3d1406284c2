/**
 * Rings lanes after the commit that made them due. Rings of one turn of the event loop travel together; a ring that
 * fails is not retried here, because the sweep finds every due lane that was not rung.
 */
import { withDeadline } from '../../base/deadline.js'
import { markRung, type RingableLane } from '../../db/lanes.js'
import type { Database } from '../../db/open.js'
import { reached } from '../../base/kill-points.js'
import type { LaneQueues, RungLane } from '../../queue/contract.js'
import { lanePriority } from './priority.js'
import type { LimitedLog } from '../../base/log.js'

export interface Relay {
  ring: (lanes: readonly RingableLane[]) => void
  /** The same, and waits: for whoever makes so many that they must not pile up. */
  ringAndWait: (lanes: readonly RingableLane[]) => Promise<void>
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
  log: LimitedLog
}

/** Rings that hang must not hold back those after them. */
const RING_MS = 10_000

export function createRelay ({ db, queues, log }: RelayOptions): Relay {
  const pending: LanesByAdapter = new Map()
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
    await Promise.all(batches.map(async ([adapter, lanes]) => tryRing(adapter, [...lanes.values()])))
  }

  async function tryRing (adapter: string, lanes: readonly RingableLane[]): Promise<void> {
    await withDeadline(RING_MS, () => ringNow(adapter, lanes)).catch((error: Error) => {
      log('relay.ring-failed', { adapter, lanes: lanes.length, message: error.message })
    })
  }

  async function flushAll (): Promise<void> {
    while (pending.size > 0) await flush()
    flushing = undefined
  }

  return {
    ring: lanes => {
      gather(pending, lanes)
      if (pending.size > 0) flushing ??= flushAll()
    },
    ringAndWait: async lanes => {
      await Promise.all([...gather(new Map(), lanes)].map(async ([adapter, own]) => tryRing(adapter, [...own.values()])))
    },
    ringNow,
    flushed: async () => { await flushing },
    close: async () => { await flushing }
  }
}

type LanesByAdapter = Map<string, Map<string, RingableLane>>

/** Each lane once; what was read last knows it best. */
function gather (into: LanesByAdapter, lanes: readonly RingableLane[]): LanesByAdapter {
  for (const lane of lanes) into.set(lane.adapter, (into.get(lane.adapter) ?? new Map<string, RingableLane>()).set(lane.id, lane))
  return into
}

function withPriority ({ id, urgency }: RingableLane): string | RungLane {
  return urgency === undefined ? id : { id, priority: lanePriority({ ...urgency, now: Date.now() }) }
}
