/**
 * Watches the stores and the backlog: a timer in every process, so that readiness and intake know how long something has
 * lasted, and no request waits for a store that hangs.
 */
import { DeadlineExceeded, startRounds, withDeadline } from '../base/deadline.js'
import type { Database } from '../db/open.js'
import { beat, leave, liveProcesses, type ProcessEntry } from './processes.sql.js'
import { ping } from '../db/server.js'
import { databaseBytes, stalledAdapters } from './watching.sql.js'
import type { LaneQueues } from '../queue/contract.js'
import { createJudge, stalledFailure, type Check, type Failure } from './checks.js'
import { measure, nextClosed, type Cause, type Fill, type Gauges } from './pressure.js'
import type { LimitedLog } from '../base/log.js'

export interface Readiness {
  ready: boolean
  checks: Check[]
}

export interface Watch {
  /** As of now; several askers share one look. */
  readiness: () => Promise<Readiness>
  /** Of the last look. */
  lastChecks: () => readonly Check[]
  /** Why nothing is accepted; empty: intake is open. As of the last look. */
  closedBy: () => ReadonlySet<Cause>
  /** Enters this process in the register, and measures: so that the first request finds it as it is. */
  begin: () => Promise<void>
  close: () => Promise<void>
}

export interface WatchOptions extends Omit<Gauges, 'databaseBytes'> {
  db: Database
  queues: LaneQueues
  adapters: readonly string[]
  /** Those that may move now: in its quiet hours, and a little after, an adapter stands still on purpose. */
  expectedToMove: () => readonly string[]
  outboundPaused: boolean
  /** How long a check fails until readiness is red. */
  graceMs: number
  process: ProcessEntry
  log: LimitedLog
}

const LOOK_MS = 2000
const BEAT_MS = 10_000
const CHECK_MS = 2000
/** A due lane that nobody touched for so long, while nothing else moves, is a standstill. */
export const STANDSTILL_SECONDS = 120
/** Readiness goes red before intake closes. */
const WARNS_AT = 0.9

export function createWatch (options: WatchOptions): Watch {
  const { db, log } = options
  const judge = createJudge(options.graceMs, Date.now)
  let looking: Promise<Readiness> | undefined
  let closed: ReadonlySet<Cause> = new Set<Cause>()
  let fill: Fill = {}
  let last: readonly Check[] = []

  async function look (): Promise<Readiness> {
    const { queues, adapters, outboundPaused } = options
    const paused = outboundPaused ? 'OUTBOUND=paused' : undefined
    const checks = await Promise.all([
      answers(() => ping(db)).then(failure => judge('database', failure)),
      answers(() => armed(queues, adapters)).then(failure => judge('queue', failure)),
      (outboundPaused ? Promise.resolve(undefined) : standstill(db, options.expectedToMove())).then(failure => judge('progress', failure, paused))
    ])
    if (fill['queue-nearly-full'] !== undefined) checks.push(judge('queue-memory', nearlyFull(fill['queue-nearly-full'])))
    checks.push({ ...judge('intake', closedFailure(closed)), red: false })
    last = checks
    return { ready: checks.every(({ red }) => !red), checks }
  }

  const readiness = async (): Promise<Readiness> => {
    looking ??= look().finally(() => { looking = undefined })
    return looking
  }

  async function gauge (): Promise<void> {
    fill = { ...fill, ...await measure({ ...options, databaseBytes: () => databaseBytes(db) }) }
    const next = nextClosed(closed, fill)
    for (const cause of next) if (!closed.has(cause)) log('intake.closed', { cause })
    for (const cause of closed) if (!next.has(cause)) log('intake.opened', { cause })
    closed = next
  }

  const onError = (error: Error): void => { log('watch.failed', { message: error.message }) }
  const rounds = [
    startRounds({ everyMs: LOOK_MS, deadlineMs: CHECK_MS * 3, onError, round: async () => { await readiness() } }),
    startRounds({ everyMs: LOOK_MS, deadlineMs: CHECK_MS * 3, onError, round: gauge }),
    startRounds({ everyMs: BEAT_MS, deadlineMs: BEAT_MS, onError, round: () => beat(db, options.process) })
  ]
  return {
    readiness,
    lastChecks: () => last,
    closedBy: () => closed,
    begin: async () => { await Promise.all([beat(db, options.process), gauge()]) },
    close: async () => {
      await Promise.all(rounds.map(round => round.close()))
      await looking
      await withDeadline(CHECK_MS, () => leave(db, options.process.id)).catch(() => {})
    }
  }
}

async function armed (queues: LaneQueues, adapters: readonly string[]): Promise<void> {
  for (const id of adapters) await queues.isArmed(id)
}

/** Addresses of stores are nobody's business: only our own sentences are shown. */
async function answers (work: () => Promise<unknown>): Promise<Failure | undefined> {
  try {
    await withDeadline(CHECK_MS, work)
    return undefined
  } catch (error) {
    return error instanceof DeadlineExceeded
      ? { detail: `không trả lời trong ${CHECK_MS} ms / no answer within ${CHECK_MS} ms` }
      : { detail: 'không liên lạc được / out of reach' }
  }
}

async function standstill (db: Database, adapters: readonly string[]): Promise<Failure | undefined> {
  let failure: Failure | undefined
  const unanswered = await answers(async () => {
    const stalled = await stalledAdapters(db, adapters, STANDSTILL_SECONDS)
    failure = stalled.length === 0 ? undefined : stalledFailure(stalled, (await liveProcesses(db)).filter(({ delivers }) => delivers).length)
  })
  return unanswered ?? failure
}

function nearlyFull (share: number): Failure | undefined {
  return share < WARNS_AT
    ? undefined
    : { detail: 'Redis gần hết maxmemory: tăng maxmemory, hoặc tìm xem ai dùng / Redis is near its maxmemory: raise it, or find who uses it' }
}

function closedFailure (closed: ReadonlySet<Cause>): Failure | undefined {
  return closed.size === 0 ? undefined : { detail: [...closed].join(', ') }
}
