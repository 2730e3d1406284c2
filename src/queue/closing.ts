/** Ends a worker for certain: BullMQ's own close waits for answers that a store which is away never gives. */
import { withDeadline } from '../base/deadline.js'
import type { JobWorker } from './store.js'

/** What the store may take, once no handler runs, to note how the last jobs ended. */
const STORE_MS = 2000

export interface Running {
  /** Notes the handler until it ends. */
  track: <T>(handling: Promise<T>) => Promise<T>
  count: () => number
  /** Resolves when all that run now have ended, however they did. */
  ended: () => Promise<void>
}

export function createRunning (): Running {
  const running = new Set<Promise<unknown>>()
  return {
    track: async handling => {
      running.add(handling)
      try {
        return await handling
      } finally {
        running.delete(handling)
      }
    },
    count: () => running.size,
    ended: async () => { await Promise.allSettled(running) }
  }
}

/** Waits for handlers as long as they take, and for the store no longer than that: its jobs come back when their locks run out. */
export async function closeWorker (worker: JobWorker, running: Running, storeMs = STORE_MS): Promise<void> {
  const closed = worker.close()
  do {
    await running.ended()
    if (await endsWithin(storeMs, closed)) return
    // A job that was fetched just before has begun meanwhile.
  } while (running.count() > 0)
  worker.abandon()
  await endsWithin(storeMs, closed)
}

async function endsWithin (ms: number, work: Promise<unknown>): Promise<boolean> {
  return withDeadline(ms, () => work).then(() => true, () => false)
}
