/** Which deliveries are meant to be redriven: counted, sampled and chosen by one set of conditions. */
import { sql, type RawBuilder } from 'kysely'
import type { Executor } from '../db/open.js'

export interface RedriveFilter {
  ids?: readonly string[] | undefined
  adapter?: string | undefined
  /** Of the states that can be redriven; all of them when left out. */
  state?: string | undefined
  failureCode?: string | undefined
  fingerprint?: string | undefined
  /** An agency in the short notation, and all below it. */
  unit?: string | undefined
  procedure?: string | undefined
  /** Instants: from is included, to is not. */
  plannedFrom?: string | undefined
  plannedTo?: string | undefined
  failedFrom?: string | undefined
  failedTo?: string | undefined
  /** Those that failed for rows of code tables which are all there by now. */
  unblocked?: boolean | undefined
}

/** A queued or retrying delivery is on its way, a delivered one is done. */
export const REDRIVABLE = ['refused', 'failed', 'held', 'cancelled'] as const

type Condition = RawBuilder<unknown>

/** Of a `deliveries d`. */
export function matching (filter: RedriveFilter): RawBuilder<boolean> {
  const states = REDRIVABLE.filter(state => filter.state === undefined || filter.state === state)
  return sql<boolean>`${sql.join([
    sql`d.state = any(${states}::text[])`,
    ...given(filter.ids, ids => sql`d.id = any(${[...ids]}::bigint[])`),
    ...given(filter.adapter, adapter => sql`d.adapter = ${adapter}`),
    ...given(filter.failureCode, code => sql`d.failure_code = ${code}`),
    ...given(filter.fingerprint, fingerprint => sql`d.fingerprint = ${fingerprint}`),
    ...given(filter.unit, unit => ofDossier(sql`agency_key(x.agency_code) = ${unit} or starts_with(agency_key(x.agency_code), ${`${unit}.`})`)),
    ...given(filter.procedure, procedure => ofDossier(sql`x.procedure_code = ${procedure}`)),
    ...given(filter.plannedFrom, from => sql`d.planned_at >= ${from}::timestamptz`),
    ...given(filter.plannedTo, to => sql`d.planned_at < ${to}::timestamptz`),
    ...given(filter.failedFrom, from => sql`d.failed_at >= ${from}::timestamptz`),
    ...given(filter.failedTo, to => sql`d.failed_at < ${to}::timestamptz`),
    ...(filter.unblocked === true ? [ROWS_ARE_THERE] : [])
  ], sql` and `)}`
}

function given<T> (value: T | undefined, condition: (value: T) => Condition): Condition[] {
  return value === undefined ? [] : [condition(value)]
}

function ofDossier (condition: Condition): Condition {
  return sql`exists (select from dossiers x where x.id = d.dossier_id and (${condition}))`
}

/** A code whose row ended has its successor's row instead. */
const ROWS_ARE_THERE = sql`(d.failure -> 'missing' is not null and not exists (
  select from jsonb_to_recordset(d.failure -> 'missing') as m("table" text, code text, "on" date)
  where not exists (
    select from code_rows c where c.adapter = d.adapter and c.table_name = m."table" and c.key = m.code
      and coalesce(c.valid_from <= m."on", true) and (coalesce(m."on" < c.valid_to, true) or c.successor is not null))))`

export async function countRedrivable (db: Executor, filter: RedriveFilter): Promise<number> {
  const { rows: [row] } = await sql<{ count: number }>`select count(*)::int as count from deliveries d where ${matching(filter)}`.execute(db)
  return row?.count ?? 0
}

/** Deliveries that failed for rows of code tables which are there now. */
export function unblockedFilter (adapter: string): { adapter: string, unblocked: true } {
  return { adapter, unblocked: true }
}

export async function countUnblocked (db: Executor, adapter: string): Promise<{ deliveries: number, redrive: ReturnType<typeof unblockedFilter> }> {
  const redrive = unblockedFilter(adapter)
  return { deliveries: await countRedrivable(db, redrive), redrive }
}

export interface RedrivableGroup {
  adapter: string
  failureCode: string | null
  state: string
  count: number
}

/** Most victims first. */
export async function breakdownRedrivable (db: Executor, filter: RedriveFilter, limit: number): Promise<RedrivableGroup[]> {
  const { rows } = await sql<RedrivableGroup>`
    select d.adapter, d.failure_code as "failureCode", d.state, count(*)::int as count from deliveries d
    where ${matching(filter)} group by 1, 2, 3 order by count desc, 1, 2, 3 limit ${limit}`.execute(db)
  return rows
}

export interface RedrivableSample {
  id: string
  adapter: string
  dossierCode: string | null
  revision: number
  state: string
  failureCode: string | null
}

/** The oldest of them. */
export async function sampleRedrivable (db: Executor, filter: RedriveFilter, limit: number): Promise<RedrivableSample[]> {
  const { rows } = await sql<RedrivableSample>`
    select c.id::text, c.adapter, coalesce(o.code, nullif(l.subject, '')) as "dossierCode", c.revision, c.state, c.failure_code as "failureCode"
    from (select d.* from deliveries d where ${matching(filter)} order by d.id limit ${limit}) c
    join lanes l on l.id = c.lane_id left join dossiers o on o.id = c.dossier_id order by c.id`.execute(db)
  return rows
}
