/** Time in which nothing could be sent counts toward no budget (design §2.8): pauses, open breakers, quiet hours. Pure. */
import { quietBetween, type Span } from './quiet-hours.js'
import type { QuietHours } from '../../adapter-kit/manifest.js'

export interface StandstillQuestion {
  from: Date
  to: Date
  /** Pauses and open breakers; may overlap, in any order. */
  standstills: readonly Span[]
  quietHours: readonly QuietHours[]
}

/** Milliseconds between the two instants in which nothing could be sent; what overlaps counts once. */
export function standstillMs ({ from, to, standstills, quietHours }: StandstillQuestion): number {
  const within = [...standstills, ...quietBetween(quietHours, from, to)]
    .map(([start, end]): Span => [Math.max(start, from.getTime()), Math.min(end, to.getTime())])
    .filter(([start, end]) => end > start)
  return lengthOf(within)
}

function lengthOf (spans: readonly Span[]): number {
  let total = 0
  let reached = -Infinity
  for (const [start, end] of [...spans].sort((a, b) => a[0] - b[0])) {
    total += Math.max(0, end - Math.max(start, reached))
    reached = Math.max(reached, end)
  }
  return total
}
