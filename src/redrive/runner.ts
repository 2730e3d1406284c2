/**
 * Works redrive jobs off: chunk by chunk, each in a transaction that holds the job's row, at the job's rate, in whichever
 * process comes first. A process that is killed loses the chunk it was at, whole; another one does it.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { recordAudit } from '../db/audit.js'
import type { RingableLane } from '../db/lanes.js'
import type { Database } from '../db/open.js'
import { advanceRedrive, lockDueRedrive, nextChunkIn, openRedriveItems, settleRedriveItems } from './jobs.sql.js'
import { redriveItems } from './redriving.sql.js'
import { redriveAudit } from './redrive.js'
import type { Relay } from '../operations/deliver/relay.js'
import type { LimitedLog } from '../base/log.js'

export interface RedriveRunnerOptions {
  db: Database
  relay: Pick<Relay, 'ring' | 'flushed'>
  log: LimitedLog
}

export interface RedriveRunner {
  close: () => Promise<void>
}

const TICK_MS = 1000
/** One transaction's worth; of a job with a rate, a quarter of a second's. */
const CHUNK = 500
const CHUNKS_PER_SECOND = 4

export function startRedriveRunner (options: RedriveRunnerOptions): RedriveRunner {
  const closing = new AbortController()
  let working: Promise<void> | undefined
  const timer = setInterval(() => {
    working ??= workOff(options, closing.signal)
      .catch((error: Error) => { options.log('redrive.failed', { message: error.message }) })
      .finally(() => { working = undefined })
  }, TICK_MS)
  return {
    close: async () => {
      clearInterval(timer)
      closing.abort()
      await working
    }
  }
}

/** Until nothing is due before the next tick. */
async function workOff ({ db, relay }: RedriveRunnerOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const lanes = await redriveChunk(db)
    if (lanes === undefined) {
      const wait = await nextChunkIn(db)
      if (wait === undefined || wait > TICK_MS) return
      await delay(Math.max(wait, 1), undefined, { signal }).catch(() => {})
    } else {
      relay.ring(lanes)
      // A queue that is slower than the database must not have the lanes pile up here.
      await relay.flushed()
    }
  }
}

/** One chunk of one job; the lanes to ring, undefined when no job is due. */
async function redriveChunk (db: Database): Promise<RingableLane[] | undefined> {
  return db.transaction().execute(async tx => {
    const job = await lockDueRedrive(tx)
    if (job === undefined) return undefined
    const ids = await openRedriveItems(tx, job, chunkSize(job.rate))
    const { redriven, lanes } = await redriveItems(tx, job.id, ids)
    await settleRedriveItems(tx, job.id, { ids, redriven })
    await recordAudit(tx, redriveAudit(redriven, { actor: job.requested_by, redrive: job.id }))
    const superseded = redriven.filter(one => one.state === 'superseded').length
    const counts = { position: ids.at(-1), redriven: redriven.length - superseded, superseded, skipped: ids.length - redriven.length }
    const ended = await advanceRedrive(tx, job.id, { ...counts, seconds: job.rate === null ? 0 : ids.length / job.rate })
    if (ended) await recordAudit(tx, [{ actor: 'gateway', action: 'redrive.done', details: { redrive: job.id } }])
    return lanes
  })
}

export function chunkSize (rate: number | null): number {
  return rate === null ? CHUNK : Math.min(CHUNK, Math.max(1, Math.floor(rate / CHUNKS_PER_SECOND)))
}
