/**
 * Named places between an accepted push and the end of its deliveries, where a process may die: the fault run
 * (`faults/`) kills it there, and every one of them must be survived. A name is published to whoever subscribed to the
 * channel; production subscribes nobody, and there is no setting that would.
 */
import { channel } from 'node:diagnostics_channel'

export const POINTS_CHANNEL = 'lienthong.point'

/** In the order in which a push passes them. Names are stable: reports and `faults/` speak of them. */
export const POINTS = [
  /** All of the push is written, nothing is committed. */
  'intake.before-commit',
  /** Committed; the lanes are not rung, the client has no answer. */
  'intake.committed',
  /** The answer has left; the ring may still be under way. */
  'intake.answered',
  'relay.before-ring',
  /** The queue has the job; `rung_at` is not written. */
  'relay.rung',
  /** A worker has the job; the lane is not leased. */
  'lane.taken',
  /** Lease, state and attempt are written; nothing is mapped. */
  'delivery.claimed',
  /** The exchange is on record; its bytes have not left. */
  'exchange.begun',
  /** The partner has answered; nothing of it is on record. */
  'exchange.answered',
  /** One call of several is on record as done; the next has not begun. */
  'exchange.confirmed',
  'delivery.before-settle',
  /** The delivery's end is on record; the lane's next head, or the end of its job, is still to come. */
  'delivery.settled',
  /** The lane waits; its job does not know yet. */
  'lane.before-delay',
  /** What a dead process left of a delivery is settled; the lane is free again. */
  'delivery.parked',
  /** The rings of a wiped queue are forgotten; the queue is not marked as rebuilt. */
  'sweep.rings-forgotten',
  /** Marked as rebuilt; no lane is rung. */
  'sweep.armed'
] as const

export type Point = typeof POINTS[number]

const points = channel(POINTS_CHANNEL)

export function reached (name: Point): void {
  if (points.hasSubscribers) points.publish(name)
}
