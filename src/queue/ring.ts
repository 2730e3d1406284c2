/** Ringing: one job per lane, kept single by deduplication, in the order of priorities. */
import { randomBytes } from 'node:crypto'
import type { Job, JobsOptions } from 'bullmq'
import type { RungLane } from './contract.js'
import type { JobQueue } from './store.js'

/** Version of the job's data: an unknown one is put back, so that old and new workers can run together. */
export const JOB_VERSION = 1

export interface LaneJobData {
  v: number
  lane: string
}

/** `addBulk` with deduplication takes one lock per job; PostgreSQL runs out of them far above this (design §2.2). */
const RING_CHUNK = 500

/** BullMQ has 2^21 - 1 priorities, and takes jobs without one before all others; so every job has one. */
const MIDDLE = 2 ** 20

export async function ring (queue: JobQueue, lanes: ReadonlyArray<string | RungLane>): Promise<void> {
  for (let start = 0; start < lanes.length; start += RING_CHUNK) {
    await ringChunk(queue, lanes.slice(start, start + RING_CHUNK).map(lane => typeof lane === 'string' ? { id: lane } : lane))
  }
}

async function ringChunk (queue: JobQueue, lanes: readonly RungLane[]): Promise<void> {
  const rung = lanes.map(lane => ({ ...lane, jobId: newJobId() }))
  const jobs = await queue.addBulk(rung.map(({ id, priority = MIDDLE, jobId }) => ({
    name: 'lane',
    data: { v: JOB_VERSION, lane: id } satisfies LaneJobData,
    opts: { ...laneJobOptions(id), priority, jobId }
  })))
  // Another id than ours: the lane has a job, which keeps the priority it was given when it was made.
  await Promise.all(rung.map(async ({ priority, jobId }, index) => {
    const job = jobs[index]
    if (priority !== undefined && job !== undefined && job.id !== jobId) await changePriority(job, priority)
  }))
}

/** An own id tells a job that was made from one that was found. Letters: BullMQ refuses whole numbers. */
function newJobId (): string {
  return `l${randomBytes(9).toString('base64url')}`
}

/**
 * `keepLastIfActive`: a ring during a run leads to one more run. `reschedule`: a ring during a wait ends the wait; the
 * lane's `due_at` decides whether there is one, so only due lanes are rung. Retries are ours: a job never fails.
 */
function laneJobOptions (lane: string): JobsOptions {
  return {
    deduplication: { id: lane, keepLastIfActive: true, reschedule: true },
    delay: 0,
    removeOnComplete: true,
    removeOnFail: true
  }
}

/** The place in line is no reason to fail: the job may have ended meanwhile, and the lane is rung all the same. */
export async function changePriority (job: Pick<Job, 'changePriority'>, priority: number): Promise<void> {
  await job.changePriority({ priority }).catch(() => {})
}
