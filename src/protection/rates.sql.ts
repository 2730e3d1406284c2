/** Slots for calls, handed out to all processes by one row per target (ADR 0013). */
import { sql } from 'kysely'
import type { Database } from '../db/open.js'

export interface SlotBlock {
  /** Adapter × account. */
  target: string
  calls: number
  /** Between two calls. */
  intervalMs: number
}

/** No honest queue is this long: a next slot further away comes from a clock that was set back, and would stop all calls. */
const FARTHEST_SECONDS = 600

/** Reserves evenly spaced slots; returns the milliseconds from now to the first of them. One round trip. */
export async function reserveSlots (db: Database, { target, calls, intervalMs }: SlotBlock): Promise<number> {
  const block = sql`make_interval(secs => ${calls * intervalMs / 1000}::float8)`
  const { rows } = await sql<{ wait: number }>`
    insert into rates as r (target, next_at) values (${target}, clock_timestamp() + ${block})
    on conflict (target) do update set next_at = ${block} + case
      when r.next_at > clock_timestamp() + make_interval(secs => ${FARTHEST_SECONDS}) then clock_timestamp()
      else greatest(r.next_at, clock_timestamp()) end
    returning (extract(epoch from r.next_at - ${block} - clock_timestamp()) * 1000)::float8 as wait`.execute(db)
  return Math.max(0, rows[0]?.wait ?? 0)
}
