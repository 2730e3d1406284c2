/**
 * The sweep: finds due lanes that nobody rang, and rebuilds a queue that was wiped. It is a timer in every process, of
 * which one works at a time under an advisory lock; never a job in the store it is there to rebuild (design §2.1).
 */
import { dueLanes, forgetRings, probeLanes } from '../../db/lanes.js'
import type { Database } from '../../db/open.js'
import { withLock } from '../../db/server.js'
import { reached } from '../../base/kill-points.js'
import type { LaneQueues } from '../../queue/contract.js'
import { startRounds, type Rounds } from '../../base/deadline.js'
import type { Relay } from './relay.js'
import type { LimitedLog } from '../../base/log.js'

/** `run` is one round now. */
export type Sweep = Rounds

export interface SweepOptions {
  db: Database
  queues: LaneQueues
  relay: Pick<Relay, 'ringNow'>
  adapters: readonly string[]
  seconds: number
  log: LimitedLog
  /** Bounded clean-up of other rooms' tables, done at the end of each round. */
  chores?: ReadonlyArray<(db: Database) => Promise<unknown>>
  /** A round that takes longer is cut: a store hangs. */
  deadlineSeconds?: number
}

const CHUNK = 500
/** Bounds one round: a backlog of a million lanes must not make the timer's work endless. */
const CHUNKS_PER_ROUND = 20
/** A lane rung this long ago and still waiting is rung again: its job may be gone for a reason nobody knows. */
const STALE_RING_SECONDS = 300
const DEADLINE_SECONDS = 60

export function createSweep (options: SweepOptions): Sweep {
  const { db, adapters, seconds, log, chores = [] } = options
  const deadlineMs = (options.deadlineSeconds ?? DEADLINE_SECONDS) * 1000
  return startRounds({
    everyMs: seconds * 1000,
    // The lock ends first, with its transaction; this is for when even that hangs.
    deadlineMs: deadlineMs * 2,
    onError: error => { log('sweep.failed', { message: error.message }) },
    round: ended => withLock(db, { name: 'lienthong sweep', deadlineMs }, async late => {
      for (const adapter of adapters) await sweepAdapter(options, adapter, AbortSignal.any([ended, late]))
      for (const chore of chores) await chore(db)
    })
  })
}

async function sweepAdapter ({ db, queues, relay, log }: SweepOptions, adapter: string, signal: AbortSignal): Promise<void> {
  if (!await queues.isArmed(adapter)) {
    // In this order: a crash in between leaves the queue unarmed, and the next round starts over.
    await forgetRings(db, adapter)
    reached('sweep.rings-forgotten')
    await queues.arm(adapter)
    reached('sweep.armed')
    log('queue.rebuilt', { adapter })
  }
  const probes = await probeLanes(db, adapter)
  if (probes.length > 0) await relay.ringNow(adapter, probes)
  for (let chunk = 0; chunk < CHUNKS_PER_ROUND && !signal.aborted; chunk++) {
    const lanes = await dueLanes(db, adapter, { limit: CHUNK, staleSeconds: STALE_RING_SECONDS })
    if (lanes.length > 0) await relay.ringNow(adapter, lanes)
    if (lanes.length < CHUNK) return
  }
}
