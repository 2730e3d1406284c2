/** The steps of a push: their ids, their times, and whether one status can follow the other. */
import type { ProgressStep } from '../../model/dossier-types.js'
import { raise, type Finding } from '../../model/findings.js'
import { STEP_KINDS as KINDS } from './step-kinds.js'
import { TIME_KINDS } from './time-kinds.js'
import { futureTime, hanoiDay, impossibleTime, isBefore } from './times.js'

export interface PushedSteps {
  steps: readonly ProgressStep[]
  /** The member of the pushed document that holds them. */
  at: string
  /** When the dossier was received; not known where steps come alone. */
  receivedAt?: string
}

export function reviewSteps (pushed: PushedSteps, now: Date): Finding[] {
  return [...repeatedIds(pushed), ...stepTimes(pushed, now), ...listOrder(pushed), ...statusOrder(pushed)]
}

function repeatedIds ({ steps, at }: PushedSteps): Finding[] {
  const seen = new Set<string>()
  return steps.flatMap(({ id }, index) => {
    if (id === undefined) return []
    if (!seen.has(id)) return seen.add(id) && []
    return [raise(KINDS.idRepeated, [at, index, 'id'])]
  })
}

function stepTimes ({ steps, at, receivedAt }: PushedSteps, now: Date): Finding[] {
  return steps.flatMap(({ occurredAt, startedAt, dueAt, status }, index) => [
    ...Object.entries({ occurredAt, startedAt, dueAt }).flatMap(([name, time]) => impossibleTime(time, [at, index, name])),
    ...futureTime(occurredAt, [at, index, 'occurredAt'], now),
    ...(isBefore(occurredAt, startedAt) ? [raise(TIME_KINDS.disorder, [at, index, 'occurredAt'], START)] : []),
    ...(status !== 'registered' && isBefore(occurredAt, receivedAt) && hanoiDay(occurredAt) < hanoiDay(receivedAt)
      ? [raise(KINDS.beforeReceipt, [at, index, 'occurredAt'])]
      : [])
  ])
}

const START = {
  earlier: { vi: 'ngày bắt đầu (startedAt)', en: 'startedAt' },
  later: { vi: 'thời điểm xử lý (occurredAt)', en: 'occurredAt' }
}

/** One finding for the list: adapters send by time, so the order of the list is lost and nothing else. */
function listOrder ({ steps, at }: PushedSteps): Finding[] {
  const index = steps.findIndex((step, index) => isBefore(step.occurredAt, steps[index - 1]?.occurredAt))
  return index === -1 ? [] : [raise(KINDS.listOrder, [at, index])]
}

type Status = NonNullable<ProgressStep['status']>

/**
 * What may follow a status (standards §1.3, national-portal §3.3: both inferred). Steps that a province skips are
 * allowed, as real ones go from 1 to 9 and from 2 to 10; so is a refusal after reception, which the index knows (§4.3).
 */
const MAY_FOLLOW: Readonly<Record<Status, readonly Status[]>> = {
  registered: ['received', 'not-accepted', 'processing', 'supplement-requested', 'payment-requested', 'withdrawn', 'stopped', 'finished', 'returned'],
  received: ['not-accepted', 'processing', 'supplement-requested', 'payment-requested', 'withdrawn', 'stopped', 'finished', 'returned'],
  'not-accepted': [],
  processing: ['supplement-requested', 'payment-requested', 'withdrawn', 'stopped', 'finished', 'returned'],
  'supplement-requested': ['received', 'not-accepted', 'processing', 'payment-requested', 'withdrawn', 'stopped', 'finished', 'returned'],
  'payment-requested': ['processing', 'supplement-requested', 'withdrawn', 'stopped', 'finished', 'returned'],
  withdrawn: ['processing', 'stopped'],
  stopped: [],
  finished: ['returned', 'processing'],
  returned: []
}

/**
 * A warning alone: a correction is allowed, and a step that has been made cannot be unmade. What a province's own status
 * means is known to its code tables and not here: such steps are passed over.
 */
function statusOrder ({ steps, at }: PushedSteps): Finding[] {
  const told = steps.flatMap(({ status, occurredAt }, index) => status === undefined ? [] : [{ status, occurredAt, index }])
  const inTime = told.sort((one, other) => Date.parse(one.occurredAt) - Date.parse(other.occurredAt))
  return inTime.flatMap(({ status, index }, place) => {
    const before = inTime[place - 1]?.status ?? status
    return status === before || MAY_FOLLOW[before].includes(status) ? [] : [raise(KINDS.statusOrder, [at, index, 'status'], { before, status })]
  })
}
