/** The lanes' queues: one BullMQ queue per adapter, one job per lane, kept single by deduplication (ADR 0002). */
import { DelayedError, type Processor } from 'bullmq'
import { reached } from '../base/kill-points.js'
import { closeWorker, createRunning, type Running } from './closing.js'
import type { LaneQueues, LaneResult, LaneWorker, LaneWorkerOptions, QueueBackend } from './contract.js'
import { changePriority, JOB_VERSION, ring, type LaneJobData } from './ring.js'
import { QUEUE_NAME, type JobQueue, type QueueStore } from './store.js'
import type { LimitedLog } from '../base/log.js'

/** A job of its own queue, never worked on: where it is missing, the store was wiped. */
const GENERATION_QUEUE = 'generation'
const GENERATION_JOB = 'armed'

/** The PostgreSQL backend keeps it as a 32-bit integer and refuses more. */
const UNLIMITED = 2_147_483_647

/** How long a handler that threw, or met a newer job version, is left alone. */
const FAULT_DELAY_MS = 5000

export function openQueueBackend (store: QueueStore, log: LimitedLog): QueueBackend {
  const queues = openQueues(store)
  return {
    queues,
    startWorker: options => startWorker(store, options, log),
    close: async () => {
      await queues.close()
      await store.close()
    }
  }
}

function openQueues (store: QueueStore): LaneQueues {
  const opened = new Map<string, Promise<JobQueue>>()
  const queue = (adapter: string, name: string): Promise<JobQueue> => {
    const key = `${adapter}/${name}`
    const found = opened.get(key) ?? openQueue(store, adapter, name)
    opened.set(key, found)
    // A queue that could not start stays broken for ever; the next call makes a new one.
    found.catch(() => { if (opened.get(key) === found) opened.delete(key) })
    return found
  }
  return {
    ring: async (adapter, lanes) => ring(await queue(adapter, QUEUE_NAME), lanes),
    isArmed: async adapter => await (await queue(adapter, GENERATION_QUEUE)).getJob(GENERATION_JOB) !== undefined,
    arm: async adapter => { await (await queue(adapter, GENERATION_QUEUE)).add(GENERATION_JOB, {}, { jobId: GENERATION_JOB }) },
    counts: async adapter => {
      const { waiting = 0, prioritized = 0, delayed = 0, active = 0 } =
        await (await queue(adapter, QUEUE_NAME)).getJobCounts('waiting', 'prioritized', 'delayed', 'active')
      return { waiting: waiting + prioritized, delayed, active }
    },
    close: async () => { await Promise.allSettled([...opened.values()].map(async one => (await one).close())) }
  }
}

async function openQueue (store: QueueStore, adapter: string, name: string): Promise<JobQueue> {
  const queue = store.queue(adapter, name)
  try {
    await queue.waitUntilReady()
    return queue
  } catch (error) {
    await queue.close().catch(() => {})
    throw error
  }
}

function startWorker (store: QueueStore, options: LaneWorkerOptions, log: LimitedLog): LaneWorker {
  const running = createRunning()
  const worker = store.worker(options.adapter, processorOf(options, running, log), {
    concurrency: options.concurrency,
    // A dead worker's lane must come back whatever happened to it before: BullMQ's own limit is 1 and then drops it.
    maxStalledCount: UNLIMITED,
    // As long as a lane's lease: the job of a killed worker comes back when another may take its lane.
    lockDuration: options.lockSeconds * 1000,
    stalledInterval: options.lockSeconds * 1000 / 3,
    // BullMQ's own 15 s would be the longest part of a failover: every place of the worker waits so long after an error.
    runRetryDelay: 1000,
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 }
  })
  return { close: () => closeWorker(worker, running) }
}

function processorOf ({ adapter, handle }: LaneWorkerOptions, running: Running, log: LimitedLog): Processor<LaneJobData> {
  return async (job, token) => {
    const result = await running.track(handleSafely(job.data))
    if (result.kind === 'idle') return
    if (result.priority !== undefined && result.priority !== job.priority) await changePriority(job, result.priority)
    reached('lane.before-delay')
    await job.moveToDelayed(result.until.getTime(), token)
    throw new DelayedError()
  }

  async function handleSafely (data: LaneJobData): Promise<LaneResult> {
    if (data.v !== JOB_VERSION) {
      log('queue.unknown-job-version', { adapter, version: data.v })
      return later()
    }
    try {
      return await handle(data.lane)
    } catch (error) {
      log('queue.lane-fault', { adapter, lane: data.lane, message: (error as Error).message })
      return later()
    }
  }
}

function later (): LaneResult {
  return { kind: 'wait', until: new Date(Date.now() + FAULT_DELAY_MS) }
}
