import { randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import type { LaneResult, QueueBackend } from '../../src/queue/contract.js'
import { openQueue } from '../../src/queue/open.js'
import { postgresStore, redisStore, type QueueStore } from '../../src/queue/store.js'
import type { TestBackend } from '../support/backends.js'
import { createMigrated } from '../support/database.js'
import { until } from '../support/gateway.js'

export interface Logged {
  event: string
  details: Record<string, unknown>
}

export interface TestQueue {
  backend: QueueBackend
  logged: Logged[]
  /** Another gateway's queue on the same store. */
  again: () => Promise<QueueBackend>
  /** The store itself, for jobs that no gateway of this version makes. */
  store: () => Promise<QueueStore>
}

export interface TestQueueOptions {
  databaseUrl: string
  redisUrl: string | undefined
  workers?: number
  log?: (event: string, details: Record<string, unknown>) => void
}

/** An opened queue on a store of its own, that takes rings. */
export async function openTestQueue (t: Test, options: TestQueueOptions): Promise<TestQueue> {
  const { databaseUrl, redisUrl, workers = 20 } = options
  const prefix = `test-${randomBytes(4).toString('hex')}`
  const logged: Logged[] = []
  const log = options.log ?? ((event, details) => { logged.push({ event, details }) })
  const closedLater = <T extends { close: () => Promise<void> }> (opened: T): T => {
    t.teardown(() => opened.close())
    return opened
  }
  const again = async (): Promise<QueueBackend> => ready(closedLater(await openQueue({ redisUrl, databaseUrl, prefix, workers, log })))
  const onError = (): void => {}
  const store = async (): Promise<QueueStore> => closedLater(redisUrl === undefined
    ? await postgresStore({ url: databaseUrl, workers: 0, onError })
    : redisStore({ url: redisUrl, prefix, onError }))
  return { backend: await again(), logged, again, store }
}

/** On Redis a queue cannot be used before the connection stands. */
async function ready (backend: QueueBackend): Promise<QueueBackend> {
  await until(async () => backend.queues.counts('ready').then(() => true, () => false))
  return backend
}

export async function openOn (t: Test, { redisUrl }: TestBackend): Promise<TestQueue> {
  return openTestQueue(t, { databaseUrl: await createMigrated(t), redisUrl: await redisUrl(t) })
}

export interface Handled {
  /** Lanes in the order in which their handling began. */
  lanes: string[]
  /** How often this one was begun. */
  times: (lane: string) => number
  /** Most handlers that ran at once. */
  most: () => number
  close: () => Promise<void>
}

/** Starts a worker that notes what it handles; closed at the test's end. */
export function startHandling (t: Test, backend: QueueBackend, options: { adapter: string, concurrency?: number, handle?: (lane: string) => Promise<LaneResult> | LaneResult }): Handled {
  const { adapter, concurrency = 5, handle = () => ({ kind: 'idle' }) } = options
  const lanes: string[] = []
  let running = 0
  let most = 0
  const worker = backend.startWorker({
    adapter,
    concurrency,
    lockSeconds: 15,
    handle: async lane => {
      lanes.push(lane)
      most = Math.max(most, ++running)
      try {
        return await handle(lane)
      } finally {
        running--
      }
    }
  })
  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    closing ??= worker.close()
    await closing
  }
  t.teardown(close)
  return { lanes, close, most: () => most, times: lane => lanes.filter(other => other === lane).length }
}

export interface Gated {
  handled: Handled
  open: () => void
}

/** Handles one lane at a time; the lane `gate` keeps the worker until it is opened. */
export function startGated (t: Test, backend: QueueBackend, { adapter, handle }: { adapter: string, handle: (lane: string) => LaneResult }): Gated {
  let open = (): void => {}
  const opened = new Promise<void>(resolve => { open = resolve })
  t.teardown(open)
  const handled = startHandling(t, backend, {
    adapter,
    concurrency: 1,
    handle: async lane => {
      if (lane === 'gate') await opened
      return handle(lane)
    }
  })
  return { handled, open }
}

export async function emptied ({ queues }: QueueBackend, adapter: string): Promise<void> {
  await until(async () => {
    const { waiting, delayed, active } = await queues.counts(adapter)
    return waiting + delayed + active === 0
  })
}
