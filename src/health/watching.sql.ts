/** What the watch asks the database. Every question is bounded, however large backlog and tables are. */
import { sql, type RawBuilder } from 'kysely'
import type { Executor } from '../db/open.js'

export interface StalledAdapter {
  adapter: string
  /** At most OVERDUE_SHOWN. */
  overdue: number
  /** Since when the longest-waiting lane is due. */
  since: Date
}

const OVERDUE_SHOWN = 1000
/** Newest attempts of all adapters that are looked through for one of a given adapter. */
const ATTEMPTS_LOOKED_AT = 500

/**
 * Adapters with lanes that are due for so long, free and not paused, while nothing of the adapter moves: nothing is being
 * sent under a live lease and no attempt began of late. A long backlog that is worked off slowly is no standstill.
 */
export async function stalledAdapters (db: Executor, adapters: readonly string[], seconds: number): Promise<StalledAdapter[]> {
  const { rows } = await sql<StalledAdapter>`
    select a.adapter, o.overdue, o.since
    from unnest(${adapters}::text[]) as a(adapter), lateral (
      select count(*)::int as overdue, min(b.due_at) as since from (
        select l.due_at from lanes l
        where l.adapter = a.adapter and l.due_at < clock_timestamp() - make_interval(secs => ${seconds})
          and (l.lease_until is null or l.lease_until < clock_timestamp()) and l.blocked_by is null
          -- An open breaker is shown by itself, and moves on by itself.
          and not exists (select from targets t where t.adapter = l.adapter and t.unit = l.unit and t.opened_at is not null)
          -- What waited for the end of a pause or an outage has been able to move since then.
          and not exists (
            select from standstills s
            where s.adapter = l.adapter and (s.unit is null or s.unit = l.unit) and s.ended_at > clock_timestamp() - make_interval(secs => ${seconds}))
        order by l.due_at limit ${OVERDUE_SHOWN}) b) o
    where o.overdue > 0
      and not exists (select from adapter_controls c where c.adapter = a.adapter and c.paused_at is not null)
      and not exists (
        select from deliveries d join lanes l on l.id = d.lane_id
        where d.state = 'sending' and d.adapter = a.adapter and l.lease_until > clock_timestamp())
      and not exists (
        select from (select delivery_id, started_at from attempts order by id desc limit ${ATTEMPTS_LOOKED_AT}) t
        join deliveries d on d.id = t.delivery_id
        where d.adapter = a.adapter and t.started_at > clock_timestamp() - make_interval(secs => ${seconds}))`.execute(db)
  return rows
}

export async function databaseBytes (db: Executor): Promise<number> {
  const { rows: [row] } = await sql<{ bytes: string }>`select pg_database_size(current_database())::text as bytes`.execute(db)
  return Number(row?.bytes ?? 0)
}

export interface NearDue {
  adapter: string
  code: string
  deliveryId: string
  revision: number
  state: string
  failureCode: string | null
  dueAt: Date
}

/** How long after its due day a dossier still is in the list; what is older is seen by the age of the backlog. */
const LATE_HOURS = 168

export interface NearDueQuestion {
  adapters: readonly string[]
  hours: number
}

/**
 * Dossiers that are finished, due within so many hours or late, and whose newest revision the partner has not: on its way,
 * held or ended badly. From the index of due days: what it looks at is what falls due in a week.
 */
const nearDueRows = ({ adapters, hours }: NearDueQuestion): RawBuilder<unknown> => sql`
  dossiers x
  join lanes l on l.dossier_id = x.id and l.adapter = any(${[...adapters]}::text[]) and l.delivered_revision < x.revision
  join deliveries d on d.lane_id = l.id and d.revision = x.revision and d.state not in ('delivered', 'superseded', 'cancelled')
  join revisions r on r.dossier_id = x.id and r.revision = x.revision
  where x.due_at between now() - make_interval(hours => ${LATE_HOURS}) and now() + make_interval(hours => ${hours})
    and (r.content ? 'finishedAt' or r.content ? 'returnedAt')`

/** Soonest due first; after an outage there may be more than anybody reads. */
export async function nearDue (db: Executor, question: NearDueQuestion & { limit: number }): Promise<NearDue[]> {
  const { rows } = await sql<NearDue>`
    select l.adapter, x.code, d.id::text as "deliveryId", d.revision, d.state, d.failure_code as "failureCode", x.due_at as "dueAt"
    from ${nearDueRows(question)} order by x.due_at, x.code limit ${question.limit}`.execute(db)
  return rows
}

export interface NearDueCount {
  adapter: string
  count: number
  /** Of them, due before now. */
  late: number
}

export async function countNearDue (db: Executor, question: NearDueQuestion): Promise<NearDueCount[]> {
  const { rows } = await sql<NearDueCount>`
    select l.adapter, count(*)::int as count, (count(*) filter (where x.due_at < now()))::int as late
    from ${nearDueRows(question)} group by l.adapter`.execute(db)
  return rows
}
