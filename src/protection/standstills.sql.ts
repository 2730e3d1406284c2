/** Times in which nothing could be sent to a partner: ended ones are rows, one that lasts is its target's open breaker. */
import { sql, type RawBuilder } from 'kysely'
import type { Tx } from '../db/open.js'

export interface Standstill {
  adapter: string
  /** Null: the whole adapter. */
  account: string | null
  reason: 'paused' | 'breaker'
  beganAt: Date
}

/** Records one that ends now. */
export async function recordStandstill (tx: Tx, { adapter, account, reason, beganAt }: Standstill): Promise<void> {
  await sql`insert into standstills (adapter, unit, reason, began_at) values (${adapter}, ${account}, ${reason}, ${beganAt})`.execute(tx)
}

/** As pairs of milliseconds since the epoch; of one account, since a moment; null without the moment. For a select list. */
export function standstillsSince (from: RawBuilder<unknown>, adapter: RawBuilder<unknown>, unit: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`coalesce((
    select jsonb_agg(jsonb_build_array(extract(epoch from s.began_at) * 1000, extract(epoch from s.ended_at) * 1000)) from (
      select began_at, ended_at from standstills
      where adapter = ${adapter} and (unit is null or unit = ${unit}) and ended_at > ${from}
      union all
      select opened_at, clock_timestamp() from targets where adapter = ${adapter} and unit = ${unit} and opened_at is not null and ${from} is not null) s), '[]')`
}
