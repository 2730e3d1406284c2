/**
 * Keeps the leases of the lanes this process works on. One statement per tick renews all of them; an attempt whose
 * lease could not be renewed in time is aborted before another process may take the lane over.
 */
import { randomUUID } from 'node:crypto'
import { renewLeases, type Lease } from '../../db/lanes.js'
import type { Database } from '../../db/open.js'

export interface HeldLease extends Lease {
  /** Aborted when the lease is lost or the grace time of a stop is over. */
  signal: AbortSignal
  /** False when it may be another's by now: a process that was frozen finds that before its timers do. */
  isSafe: () => boolean
  /** To be called once the lease is in the database: a renewal before that would find it missing and call it lost. */
  taken: () => void
  release: () => void
}

export interface LeaseKeeper {
  readonly owner: string
  hold: (laneId: string) => HeldLease
  /** Aborts whatever is still running, and every lease that is asked for later. */
  abortAll: (reason: string) => void
  close: () => Promise<void>
}

export interface LeaseKeeperOptions {
  db: Database
  owner: string
  seconds: number
  onError: (error: unknown) => void
}

interface Holding {
  controller: AbortController
  taken: boolean
  /** Monotonic milliseconds at which the lease may be over. */
  deadline: number
}

/** Share of the lease after which an unrenewed one counts as lost. With ticks of a fifth it is aborted at four fifths at the latest. */
const SAFE_SHARE = 0.6

export function createLeaseKeeper (options: LeaseKeeperOptions): LeaseKeeper {
  const held = new Map<string, Holding>()
  const lifetime = options.seconds * 1000 * SAFE_SHARE
  let renewing: Promise<void> | undefined
  let ended: Error | undefined

  async function renew (): Promise<void> {
    const started = performance.now()
    const tokens = [...held].filter(([, holding]) => holding.taken).map(([token]) => token)
    if (tokens.length === 0) return
    const kept = new Set(await renewLeases(options.db, tokens, options.seconds))
    for (const token of tokens) {
      const record = held.get(token)
      if (record === undefined) continue
      if (kept.has(token)) record.deadline = started + lifetime
      else record.controller.abort(new Error('the lease was taken over'))
    }
  }

  function tick (): void {
    const now = performance.now()
    for (const record of held.values()) {
      if (record.deadline <= now) record.controller.abort(new Error('the lease could not be renewed'))
    }
    // A renewal that hangs is not joined by more of them; the deadlines above still work, and src/db/open.ts ends it.
    if (held.size === 0 || renewing !== undefined) return
    renewing = renew().catch(options.onError).finally(() => { renewing = undefined })
  }

  const timer = setInterval(tick, options.seconds * 1000 / 5)

  return {
    owner: options.owner,
    hold: laneId => {
      const token = randomUUID()
      const record: Holding = { controller: new AbortController(), taken: false, deadline: performance.now() + lifetime }
      held.set(token, record)
      if (ended !== undefined) record.controller.abort(ended)
      return {
        laneId,
        token,
        owner: options.owner,
        seconds: options.seconds,
        signal: record.controller.signal,
        isSafe: () => !record.controller.signal.aborted && performance.now() < record.deadline,
        taken: () => { record.taken = true },
        release: () => { held.delete(token) }
      }
    },
    abortAll: reason => {
      ended = new Error(reason)
      for (const record of held.values()) record.controller.abort(ended)
    },
    close: async () => {
      clearInterval(timer)
      await renewing
    }
  }
}
