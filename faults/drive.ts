/** One fault: under load, then until all is settled, then judged. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Fault } from './fault-list.js'
import { readEnds, readOpen, readRows } from './evidence.js'
import { judge, together, type Verdict } from './judge.js'
import type { Batch } from './load.js'
import type { Stage } from './stage.js'

export interface Result {
  number: number
  kind: string
  who: string
  backend: string
  verdict: Verdict
  problems: string[]
  dossiers: number
  /** From the fault to the first delivery of anybody that ended after it. */
  firstSeconds: number | undefined
  /** To the last of those that the fault could touch. */
  allSeconds: number | undefined
}

export interface Under {
  stage: Stage
  number: number
  random: () => number
  /** Ends the waiting for what is not settled. */
  signal: AbortSignal
}

const WARM_MS = 500
const AFTER_MS = 400
/** Where faults overlap, a lane may be in the hands of three workers in a row that are killed. */
const STUCK_MS = 90_000
const JUDGED_AT_ONCE = 4

/** Resolves when the load is over, with the judgement still to come: it waits for what the fault left, and the next fault need not. */
export async function strike (fault: Fault, { stage, number, random, signal }: Under): Promise<{ result: Promise<Result> }> {
  const batch = stage.begin(number)
  try {
    await Promise.all([stage.up(), delay(WARM_MS)])
    const { at, problems = [] } = await fault.inject(stage, random)
    await delay(AFTER_MS)
    await stage.portal.behave()
    await batch.end()
    const known = { number, kind: fault.kind, who: fault.who ?? '', backend: stage.backend, dossiers: batch.accepted.size }
    const told = [...problems, ...stage.crashes(), ...batch.problems]
    return { result: conclude({ stage, fault, batch, at, signal }).then(end => ({ ...known, ...end, problems: [...told, ...end.problems] })) }
  } catch (error) {
    await batch.end()
    throw error
  }
}

interface Struck {
  stage: Stage
  fault: Fault
  batch: Batch
  at: number
  signal: AbortSignal
}

async function conclude ({ stage, fault, batch, at, signal }: Struck): Promise<Pick<Result, 'verdict' | 'problems' | 'firstSeconds' | 'allSeconds'>> {
  await settled(stage, batch.prefix, signal)
  const [verdict, ends, problems] = [await verdictOn(stage, batch), await readEnds(stage.db, batch.prefix, at), await fault.afterwards?.(stage, batch.prefix) ?? []]
  return { verdict, problems, firstSeconds: secondsSince(at, ends.first), allSeconds: secondsSince(at, ends.last) }
}

function secondsSince (at: number, end: number | null): number | undefined {
  return end === null ? undefined : Math.max(0, Math.round((end - at) / 10) / 100)
}

/** Bounded: what is open after that is stuck, and `judge` says so by its states. */
async function settled ({ db }: Stage, prefix: string, signal: AbortSignal): Promise<void> {
  const until = Date.now() + STUCK_MS
  while (Date.now() < until && !signal.aborted && await readOpen(db, prefix) > 0) await delay(200)
}

async function verdictOn ({ db, portal }: Stage, batch: Batch): Promise<Verdict> {
  const rows = await readRows(db, batch.prefix)
  const waiting = [...batch.accepted.values()]
  const verdicts: Verdict[] = []
  await Promise.all(Array.from({ length: JUDGED_AT_ONCE }, async () => {
    for (let accepted = waiting.shift(); accepted !== undefined; accepted = waiting.shift()) {
      verdicts.push(judge(accepted, rows.get(accepted.code), await portal.received(accepted.code)))
    }
  }))
  return together(verdicts)
}
