/** Redrive jobs: a selection that is frozen when it is made, worked off in chunks, each in one transaction. */
import { sql } from 'kysely'
import type { Executor, Tx } from '../db/open.js'
import { matching, type RedriveFilter } from './filter.sql.js'
import type { Redriven } from './redriving.sql.js'

export type RedriveState = 'running' | 'paused' | 'done' | 'cancelled'

export interface NewRedrive {
  filter: RedriveFilter
  /** Deliveries per second at most. */
  rate?: number | undefined
  actor: string
}

/** The ids go from table to table; a hundred thousand of them never are in this process. */
export async function createRedrive (tx: Tx, { filter, rate, actor }: NewRedrive): Promise<{ id: string, total: number }> {
  const { rows: [job] } = await sql<{ id: string }>`
    insert into redrives (filter, rate, requested_by) values (${JSON.stringify(filter)}::jsonb, ${rate ?? null}, ${actor}) returning id::text`.execute(tx)
  const id = job?.id ?? ''
  const { numAffectedRows } = await sql`
    insert into redrive_items (redrive_id, delivery_id, was_state, was_attempts)
    select ${id}, d.id, d.state, d.attempts from deliveries d where ${matching(filter)}`.execute(tx)
  const total = Number(numAffectedRows ?? 0)
  await sql`update redrives set total = ${total} where id = ${id}`.execute(tx)
  return { id, total }
}

export interface DueRedrive {
  id: string
  requested_by: string
  rate: number | null
  /** The last delivery that was done. */
  position: string
}

/**
 * Locks a job that is due, for the transaction of one chunk: one process works on it at a time, each chunk may be done by
 * another, and a killed one leaves nothing behind. The one that has waited longest comes first, so that jobs take turns.
 */
export async function lockDueRedrive (tx: Tx): Promise<DueRedrive | undefined> {
  const { rows } = await sql<DueRedrive>`
    select id::text, requested_by, rate, position::text from redrives
    where state = 'running' and next_chunk_at <= clock_timestamp()
    order by next_chunk_at, id limit 1 for update skip locked`.execute(tx)
  return rows[0]
}

/** Milliseconds until the next chunk of any job; undefined: none is running. */
export async function nextChunkIn (db: Executor): Promise<number | undefined> {
  const { rows: [row] } = await sql<{ ms: number | null }>`
    select (extract(epoch from min(next_chunk_at) - clock_timestamp()) * 1000)::float8 as ms from redrives where state = 'running'`.execute(db)
  return row?.ms ?? undefined
}

export async function openRedriveItems (tx: Tx, { id, position }: DueRedrive, limit: number): Promise<string[]> {
  const { rows } = await sql<{ delivery_id: string }>`
    select delivery_id from redrive_items where redrive_id = ${id} and delivery_id > ${position} order by delivery_id limit ${limit}`.execute(tx)
  return rows.map(row => row.delivery_id)
}

/** Writes what came of each of these items; what was not redriven is skipped, and says why. */
export async function settleRedriveItems (tx: Tx, id: string, chunk: { ids: readonly string[], redriven: readonly Redriven[] }): Promise<void> {
  const results = chunk.redriven.map(one => ({ id: one.id, result: one.state === 'superseded' ? 'superseded' : 'redriven' }))
  await sql`
    update redrive_items i set done_at = clock_timestamp(), result = coalesce(s.result, 'skipped'),
      reason = case when s.result is not null then null when s.state is null then 'gone'
        when s.state <> i.was_state then 'now-' || s.state else 'attempted-since' end
    from (
      select c.id, r.result, d.state from unnest(${chunk.ids}::bigint[]) as c(id)
      left join jsonb_to_recordset(${JSON.stringify(results)}::jsonb) as r(id bigint, result text) on r.id = c.id
      left join deliveries d on d.id = c.id) s
    where i.redrive_id = ${id} and i.delivery_id = s.id`.execute(tx)
}

export interface Advance {
  /** The last delivery of the chunk; undefined when there was none. */
  position: string | undefined
  redriven: number
  superseded: number
  skipped: number
  /** Until the next chunk. A late chunk is caught up with, but by one chunk at most. */
  seconds: number
}

/** Counts a chunk; returns whether it was the last. */
export async function advanceRedrive (tx: Tx, id: string, { position, redriven, superseded, skipped, seconds }: Advance): Promise<boolean> {
  const { rows: [row] } = await sql<{ ended: boolean }>`
    with rest as (select ${position === undefined ? sql`false` : sql`exists (select from redrive_items where redrive_id = ${id} and delivery_id > ${position})`} as open)
    update redrives r set redriven = r.redriven + ${redriven}::int, superseded = r.superseded + ${superseded}::int, skipped = r.skipped + ${skipped}::int,
      position = coalesce(${position ?? null}::bigint, r.position),
      next_chunk_at = greatest(r.next_chunk_at + make_interval(secs => ${seconds}), clock_timestamp()),
      state = case when rest.open then r.state else 'done' end, ended_at = case when not rest.open then clock_timestamp() end
    from rest where r.id = ${id} returning not rest.open as ended`.execute(tx)
  return row?.ended === true
}

const CHANGES = {
  pause: { from: ['running'], to: 'paused' },
  resume: { from: ['paused'], to: 'running' },
  cancel: { from: ['running', 'paused'], to: 'cancelled' }
} as const satisfies Record<string, { from: readonly RedriveState[], to: RedriveState }>

export type RedriveChange = keyof typeof CHANGES

/** Waits for a chunk that is being worked on; false when the job was not in a state for it. */
export async function changeRedrive (tx: Tx, id: string, change: RedriveChange): Promise<boolean> {
  const { from, to } = CHANGES[change]
  const { rows } = await sql`
    update redrives set state = ${to}, next_chunk_at = greatest(next_chunk_at, clock_timestamp()),
      ended_at = case when ${to === 'cancelled'} then clock_timestamp() end
    where id = ${id} and state = any(${[...from]}::text[]) returning 1`.execute(tx)
  return rows.length > 0
}

export interface RedriveRow {
  id: string
  filter: RedriveFilter
  state: RedriveState
  requested_by: string
  rate: number | null
  total: number
  redriven: number
  superseded: number
  skipped: number
  created_at: Date
  ended_at: Date | null
}

/** Newest first. */
export async function listRedrives (db: Executor, { id, limit }: { id?: string, limit: number }): Promise<RedriveRow[]> {
  const { rows } = await sql<RedriveRow>`
    select id::text, filter, state, requested_by, rate, total, redriven, superseded, skipped, created_at, ended_at
    from redrives where ${id === undefined ? sql`true` : sql`id = ${id}`} order by redrives.id desc limit ${limit}`.execute(db)
  return rows
}

export interface RedriveItemRow {
  delivery_id: string
  dossier_code: string | null
  adapter: string | null
  revision: number | null
  result: string | null
  reason: string | null
  /** As it is by now. */
  state: string | null
  failure_code: string | null
  done_at: Date | null
}

export interface RedriveItemFilter {
  id: string
  result?: string | undefined
  after?: string | undefined
  limit: number
}

export async function listRedriveItems (db: Executor, { id, result, after = '0', limit }: RedriveItemFilter): Promise<RedriveItemRow[]> {
  const { rows } = await sql<RedriveItemRow>`
    select i.delivery_id::text, coalesce(x.code, nullif(l.subject, '')) as dossier_code, d.adapter, d.revision, i.result, i.reason, d.state, d.failure_code, i.done_at
    from (
      select * from redrive_items where redrive_id = ${id} and delivery_id > ${after}
        and ${result === undefined ? sql`true` : sql`coalesce(result, 'open') = ${result}`}
      order by delivery_id limit ${limit}) i
    left join deliveries d on d.id = i.delivery_id left join lanes l on l.id = d.lane_id left join dossiers x on x.id = d.dossier_id
    order by i.delivery_id`.execute(db)
  return rows
}
