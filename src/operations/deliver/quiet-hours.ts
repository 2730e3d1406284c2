/** Hours of the day, in +07:00, in which nothing is sent to a partner: its maintenance, or a province's own wish. Pure. */
import type { QuietHours } from '../../adapter-kit/manifest.js'

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
/** Việt Nam has had no other offset since 1975, and no summer time. */
const HANOI_OFFSET_MS = 7 * 3_600_000

/** The end of the quiet hours that hold at this moment; undefined when there are none. Adjoining ones are one. */
export function quietUntil (quietHours: readonly QuietHours[], now: Date): Date | undefined {
  let until = now.getTime()
  // As many turns as there are entries: each may begin where another ends.
  for (let turn = 0; turn <= quietHours.length; turn++) {
    const span = spansAround(quietHours, until).find(([from, to]) => from <= until && until < to)
    if (span === undefined) break
    until = span[1]
  }
  return until === now.getTime() ? undefined : new Date(until)
}

/** Every quiet time that touches what lies between the two instants. */
export function quietBetween (quietHours: readonly QuietHours[], from: Date, to: Date): Span[] {
  if (quietHours.length === 0) return []
  const spans: Span[] = []
  for (let at = from.getTime(); at < to.getTime() + DAY_MS; at += DAY_MS) {
    spans.push(...spansOfDay(quietHours, at))
  }
  return [...spansOfDay(quietHours, from.getTime() - DAY_MS), ...spans].filter(([start, end]) => start < to.getTime() && end > from.getTime())
}

function spansAround (quietHours: readonly QuietHours[], at: number): Span[] {
  return [...spansOfDay(quietHours, at - DAY_MS), ...spansOfDay(quietHours, at)]
}

/** Those that begin on the Hanoi day of this instant; 22:00–05:00 ends on the next one. */
function spansOfDay (quietHours: readonly QuietHours[], at: number): Span[] {
  const midnight = Math.floor((at + HANOI_OFFSET_MS) / DAY_MS) * DAY_MS - HANOI_OFFSET_MS
  return quietHours.map(({ fromMinute, toMinute }): Span => [
    midnight + fromMinute * MINUTE_MS,
    midnight + toMinute * MINUTE_MS + (toMinute <= fromMinute ? DAY_MS : 0)
  ])
}

/** Half-open, in milliseconds since the epoch. */
export type Span = readonly [from: number, to: number]
