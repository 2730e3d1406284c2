/**
 * Which lane goes first, as BullMQ's priority: 1 … 2^21 - 1, lower first. Near due or late before other new work, and
 * that before what is tried again; within a class by due time (design §2.15). Pure: the time is an argument.
 */
export interface PriorityInput {
  /** ISO time when the dossier's result is due; absent: no day was set. */
  dueAt?: string | null | undefined
  /** ISO time since when the lane is due, which stays the same however often it is rung. */
  since: string
  /** Waits of the lane's head since it was planned or redriven. */
  retries: number
  /** The head was sent back to the start by an operator. */
  redriven: boolean
  /** The lane was rung long ago and its turn has not come: it moves up a class. */
  waited?: boolean
  /** Milliseconds. */
  now: number
}

const HOUR = 3_600_000
/** Not the alerts' NEAR_DUE_HOURS: those tell a person, this orders a queue. */
const URGENT_HOURS = 24
/** Without a due date a dossier stands in line as if it were due then: dated ones cannot pass it for ever. */
const UNDATED_HOURS = 168

/**
 * Where a lane that moved up joins each class at the earliest, from the time it became due. Behind what is near due; and
 * behind the undated work of a whole day: a backlog that has waited must not go before the very traffic that the classes
 * keep it behind, and nothing that comes after that day passes it.
 */
const JOINS_AFTER_HOURS = [URGENT_HOURS, UNDATED_HOURS + 24] as const

const CLASSES = 3
const SLOTS = Math.floor(2 ** 21 / CLASSES)
/**
 * A slot is a quarter of an hour on the calendar, not from now: priorities that were computed at different times are
 * compared with each other. They last until 2044; after that all have the last slot and go in the order of their rings.
 */
const SLOT_MS = HOUR / 4
const FIRST_SLOT_AT = Date.UTC(2025, 0, 1)

export function lanePriority (input: PriorityInput): number {
  const since = Date.parse(input.since)
  const due = input.dueAt == null ? since + UNDATED_HOURS * HOUR : Date.parse(input.dueAt)
  const own = classOf(due, input)
  if (input.waited !== true || own === 0) return place(own, due)
  return place(own - 1, Math.max(due, since + (JOINS_AFTER_HOURS[own - 1] ?? 0) * HOUR))
}

/** What is late and was tried before is backlog like the rest: an outage's worth of it must not hold up what can be in time. */
function classOf (due: number, { dueAt, retries, redriven, now }: PriorityInput): number {
  const isBacklog = retries > 0 || redriven
  const isNearDue = dueAt != null && due <= now + URGENT_HOURS * HOUR && (due >= now || !isBacklog)
  if (isNearDue) return 0
  return isBacklog ? 2 : 1
}

function place (rank: number, due: number): number {
  const slot = Math.floor((due - FIRST_SLOT_AT) / SLOT_MS)
  return 1 + rank * SLOTS + Math.min(Math.max(slot, 0), SLOTS - 1)
}
