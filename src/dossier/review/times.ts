/**
 * Times that cannot be, that contradict each other, or that lie ahead (standards §7.6, §8.8).
 *
 * An error refuses the dossier, so it has to be wrong in any case: whatever a clock shows, and whatever an old system
 * dropped. Receipt is the first thing that happens to a dossier at the desk. What is finished, returned or due on an
 * earlier day is mostly a blank of the source system turned into a date (1900-01-01); sent on, it would count as a
 * finish in the national index, and the portal is said to refuse it (§8.8, inferred): days later, to people who cannot
 * mend it. Days are compared, not moments, because many systems keep the date alone and send midnight.
 *
 * Everything else is a warning: two systems' clocks and late entries explain it. So is the future: which of the two
 * clocks is wrong is not known, and a gateway whose clock stood still must not turn a whole province away.
 */
import type { BilingualText } from '../../model/bilingual.js'
import { toHanoi } from '../../model/dates.js'
import type { Dossier } from '../../model/dossier-types.js'
import { raise, type Finding, type FindingKind, type Path } from '../../model/findings.js'
import { TIME_KINDS as KINDS } from './time-kinds.js'

/** A missing time zone is seven hours, and a clock that drifts is off by less; a whole day is neither. */
const FUTURE_TOLERANCE_MS = 24 * 3_600_000

/**
 * Before the first year of UTC+7 throughout the country stand the blanks that systems turn into dates (1753, 1899, 1900,
 * 1970); after the last one their "never" (2999). Electronic one-stop dossiers lie far inside.
 */
const POSSIBLE_YEARS = { from: 1976, to: 2100 }

/** What each time is called in findings. */
const NAMES = {
  submittedAt: { vi: 'ngày nộp (submittedAt)', en: 'submittedAt' },
  receivedAt: { vi: 'ngày tiếp nhận (receivedAt)', en: 'receivedAt' },
  dueAt: { vi: 'ngày hẹn trả (dueAt)', en: 'dueAt' },
  finishedAt: { vi: 'ngày kết thúc xử lý (finishedAt)', en: 'finishedAt' },
  returnedAt: { vi: 'ngày trả kết quả (returnedAt)', en: 'returnedAt' },
  refusedAt: { vi: 'ngày từ chối (refusedAt)', en: 'refusedAt' }
} as const satisfies Record<string, BilingualText>

type TimeName = keyof typeof NAMES

export type Times = Partial<Pick<Dossier, TimeName>>

interface Order {
  earlier: TimeName
  later: TimeName
  /** Raised where `later` lies on an earlier day; without it, and within one day, it is a warning. */
  otherDay?: FindingKind
}

const ORDERS: readonly Order[] = [
  { earlier: 'submittedAt', later: 'receivedAt' },
  { earlier: 'receivedAt', later: 'dueAt', otherDay: KINDS.dueBeforeReceipt },
  { earlier: 'receivedAt', later: 'finishedAt', otherDay: KINDS.finishBeforeReceipt },
  { earlier: 'receivedAt', later: 'returnedAt', otherDay: KINDS.returnBeforeReceipt },
  { earlier: 'finishedAt', later: 'returnedAt' },
  // A refused reception may have no receipt before it: only filing is sure to come first.
  { earlier: 'submittedAt', later: 'refusedAt' }
]

/** What has happened; a due date lies in the future by its nature. */
const EVENTS: readonly TimeName[] = ['submittedAt', 'receivedAt', 'finishedAt', 'returnedAt', 'refusedAt']

export function impossibleTimes (times: Times): Finding[] {
  return (Object.keys(NAMES) as TimeName[]).flatMap(name => impossibleTime(times[name], [name]))
}

export function impossibleTime (time: string | undefined, path: Path): Finding[] {
  return isPossible(time) ? [] : [raise(KINDS.impossible, path, POSSIBLE_YEARS)]
}

/** Needs no clock. Pointers name the time that should be the later one. */
export function timesOutOfOrder (times: Times): Finding[] {
  return ORDERS.flatMap(({ earlier, later, otherDay }) => {
    const [first, second] = [times[earlier], times[later]]
    if (!isBefore(second, first)) return []
    if (otherDay !== undefined && hanoiDay(second) < hanoiDay(first)) return [raise(otherDay, [later])]
    return [raise(KINDS.disorder, [later], { earlier: NAMES[earlier], later: NAMES[later] })]
  })
}

export function futureTimes (times: Times, now: Date): Finding[] {
  return EVENTS.flatMap(name => futureTime(times[name], [name], now))
}

export function futureTime (time: string | undefined, path: Path, now: Date): Finding[] {
  if (time === undefined || !isPossible(time) || Date.parse(time) <= now.getTime() + FUTURE_TOLERANCE_MS) return []
  return [raise(KINDS.future, path)]
}

export function reviewSupplements ({ supplements = [] }: Dossier, now: Date): Finding[] {
  return supplements.flatMap(({ requestedAt, receivedAt, previousDueAt, newDueAt }, index) => {
    const path = ['supplements', index]
    const all = Object.entries({ requestedAt, receivedAt, previousDueAt, newDueAt })
    return [
      ...all.flatMap(([name, time]) => impossibleTime(time, [...path, name])),
      ...futureTime(requestedAt, [...path, 'requestedAt'], now),
      ...futureTime(receivedAt, [...path, 'receivedAt'], now),
      ...(isBefore(receivedAt, requestedAt) ? [raise(KINDS.disorder, [...path, 'receivedAt'], SUPPLEMENT)] : [])
    ]
  })
}

const SUPPLEMENT = {
  earlier: { vi: 'ngày yêu cầu bổ sung (requestedAt)', en: 'requestedAt' },
  later: { vi: 'ngày nhận bổ sung (receivedAt)', en: 'receivedAt' }
}

/** False where one of them is missing, or is found impossible on its own. */
export function isBefore (time: string | undefined, other: string | undefined): time is string {
  if (time === undefined || other === undefined || !isPossible(time) || !isPossible(other)) return false
  return Date.parse(time) < Date.parse(other)
}

/** `2026-11-04`; the empty text for no time. */
export function hanoiDay (time: string | undefined): string {
  return time === undefined ? '' : toHanoi(time).slice(0, 10)
}

function isPossible (time: string | undefined): boolean {
  if (time === undefined) return true
  const year = Number(hanoiDay(time).slice(0, 4))
  return year >= POSSIBLE_YEARS.from && year <= POSSIBLE_YEARS.to
}
