/** Why deliveries are stuck: one line for each cause, however many victims it has. */
import { sql } from 'kysely'
import type { Executor } from '../../db/open.js'
import type { StoredFailure } from '../../db/tables.js'

export interface CauseRow {
  fingerprint: string
  adapter: string
  count: number
  /** How many are in which state. */
  states: Record<string, number>
  first_at: Date
  last_at: Date
  example_id: string
  /** Null: a notification that is about no dossier. */
  example_dossier: string | null
  failure_kind: string
  failure_code: string
  failure: StoredFailure
}

export interface CauseFilter {
  adapter?: string | undefined
  state?: string | undefined
  limit: number
}

/** Where a failure is still of interest: the predicate of the index, which has to be repeated here. */
export const CAUSE_STATES = ['queued', 'sending', 'retrying', 'held', 'refused', 'failed'] as const

/** Most victims first. Counting reads the index `deliveries_causes` alone. */
export async function listCauses (db: Executor, { adapter, state, limit }: CauseFilter): Promise<CauseRow[]> {
  const { rows } = await sql<CauseRow>`
    with counted as (
      select adapter, fingerprint, state, count(*)::int as n, min(failed_at) as first_at, max(failed_at) as last_at, max(id) as example_id
      from deliveries
      where fingerprint is not null and state in ('queued', 'sending', 'retrying', 'held', 'refused', 'failed')
        and ${adapter === undefined ? sql`true` : sql`adapter = ${adapter}`} and ${state === undefined ? sql`true` : sql`state = ${state}`}
      group by adapter, fingerprint, state),
    causes as (
      select fingerprint, sum(n)::int as count, jsonb_object_agg(state, n) as states, min(first_at) as first_at,
             max(last_at) as last_at, max(example_id) as example_id
      from counted group by fingerprint order by count desc, last_at desc limit ${limit})
    select c.fingerprint, d.adapter, c.count, c.states, c.first_at, c.last_at, d.id::text as example_id, coalesce(x.code, nullif(l.subject, '')) as example_dossier,
           d.failure_kind, d.failure_code, d.failure
    from causes c join deliveries d on d.id = c.example_id join lanes l on l.id = d.lane_id left join dossiers x on x.id = d.dossier_id
    order by c.count desc, c.last_at desc`.execute(db)
  return rows
}
