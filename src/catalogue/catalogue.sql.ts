/** The catalogue copy: versions of a partner's items, and the record of pulls. */
import { sql } from 'kysely'
import type { Reference } from './changes.sql.js'
import type { Executor, Tx } from '../db/open.js'
import type { PullOutcome } from '../db/tables.js'
import type { ListName } from '../codes/lists.sql.js'
import type { CatalogueItem } from '../adapter-kit/contract/poll.js'

export interface PullCounts {
  added: number
  changed: number
  vanished: number
  unchanged: number
}

export interface PullRecord extends ListName, PullCounts {
  actor: string
  startedAt: Date
  outcome: PullOutcome
  forced: boolean
  error: string | null
}

interface Wanted extends ListName {
  items: readonly CatalogueItem[]
  /** False: the items were asked for one by one, and the others have not vanished. */
  whole: boolean
}

/** `jsonb` writes members in one order, so equal content has equal text. */
const wanted = (items: readonly CatalogueItem[]): ReturnType<typeof sql> => sql`
  select r.key, r.name, r.content, sha256(convert_to(jsonb_build_array(r.name, r.content)::text, 'UTF8')) as hash
  from jsonb_to_recordset(${JSON.stringify(items)}::jsonb) as r(key text, name text, content jsonb)`

const current = ({ adapter, list }: ListName): ReturnType<typeof sql> => sql`
  select key, version, content_hash as hash from catalogue_items
  where adapter = ${adapter} and list = ${list} and valid_to is null`

/** What applying the items would do. */
export async function compareItems (db: Executor, { items, whole, ...name }: Wanted): Promise<PullCounts> {
  const { rows: [counts] } = await sql<PullCounts>`
    with w as (${wanted(items)}), c as (${current(name)})
    select (count(*) filter (where c.key is null))::int as added,
           (count(*) filter (where c.hash <> w.hash))::int as changed,
           (count(*) filter (where w.key is null and ${whole}))::int as vanished,
           (count(*) filter (where c.hash = w.hash))::int as unchanged
    from w full join c on c.key = w.key`.execute(db)
  return counts ?? { added: 0, changed: 0, vanished: 0, unchanged: 0 }
}

/** Closes what changed or vanished and opens what is new; `first` items have always been there. */
export async function applyItems (tx: Tx, { items, whole, at, first, ...name }: Wanted & { at: Date, first: boolean }): Promise<void> {
  const { adapter, list } = name
  await sql`
    with w as (${wanted(items)})
    update catalogue_items i set valid_to = ${at}
    where i.adapter = ${adapter} and i.list = ${list} and i.valid_to is null
      and (exists (select from w where w.key = i.key and w.hash <> i.content_hash)
        or (${whole} and not exists (select from w where w.key = i.key)))`.execute(tx)
  await sql`
    with w as (${wanted(items)}),
    newest as (select key, max(version) as version from catalogue_items where adapter = ${adapter} and list = ${list} group by key)
    insert into catalogue_items (adapter, list, key, version, name, content, content_hash, valid_from)
    select ${adapter}, ${list}, w.key, coalesce(n.version, 0) + 1, w.name, w.content, w.hash,
           case when n.version is null and ${first} then null else ${at}::timestamptz end
    from w left join newest n on n.key = w.key
    where not exists (select from catalogue_items i where i.adapter = ${adapter} and i.list = ${list} and i.key = w.key and i.valid_to is null)`.execute(tx)
}

export async function recordPull (db: Executor, { startedAt, ...pull }: PullRecord): Promise<void> {
  const { adapter, list, actor, outcome, forced, added, changed, vanished, unchanged, error } = pull
  await db.insertInto('catalogue_pulls')
    .values({ adapter, list, actor, started_at: startedAt, outcome, forced, added, changed, vanished, unchanged, error }).execute()
}

export interface ShownPull extends PullRecord {
  endedAt: Date
  items: number
}

/** The newest pull of each list, and how many items hold now. */
export async function newestPulls (db: Executor, adapter: string): Promise<ShownPull[]> {
  return db.selectFrom('catalogue_pulls as p').distinctOn('p.list').where('p.adapter', '=', adapter)
    .select(['p.adapter', 'p.list', 'p.actor', 'p.started_at as startedAt', 'p.ended_at as endedAt', 'p.outcome', 'p.forced',
      'p.added', 'p.changed', 'p.vanished', 'p.unchanged', 'p.error'])
    .select(sql<number>`(select count(*)::int from catalogue_items i where i.adapter = p.adapter and i.list = p.list and i.valid_to is null)`.as('items'))
    .orderBy('p.list').orderBy('p.id', 'desc').execute()
}

export interface DueQuestion {
  adapter: string
  lists: readonly string[]
  /** Between two pulls of a list. */
  hours: number
}

/**
 * Lists whose turn it is, each by its own record, in the order in which they were given. One that failed is asked again
 * after an hour, then after two, four …, never later than at its regular time: a partner that does not offer a list is
 * not asked for it all day. Lists of paused adapters are never due.
 */
export async function dueLists (db: Executor, { adapter, lists, hours }: DueQuestion): Promise<string[]> {
  const { rows } = await sql<{ list: string }>`
    select n.list from unnest(${lists}::text[]) with ordinality n (list, place)
    left join lateral (select id, started_at from catalogue_pulls
      where adapter = ${adapter} and list = n.list and outcome <> 'failed' order by id desc limit 1) answered on true
    left join lateral (select count(*)::int as times, max(started_at) as at from catalogue_pulls
      where adapter = ${adapter} and list = n.list and outcome = 'failed' and id > coalesce(answered.id, 0)) failed on true
    where not exists (select from adapter_controls where adapter = ${adapter} and paused_at is not null)
      and coalesce(
        failed.at + make_interval(hours => least(${hours}::int, power(2, least(failed.times, 16) - 1)::int)),
        answered.started_at + make_interval(hours => ${hours}::int),
        '-infinity') < clock_timestamp()
    order by n.place`.execute(db)
  return rows.map(({ list }) => list)
}

/** Partner codes of procedures that dossiers or code rows use, those first that were never asked for, or longest ago. */
export async function usedProcedures (db: Executor, { adapter, list, table, limit }: ListName & { table: string, limit: number }): Promise<string[]> {
  const { rows } = await sql<{ key: string }>`
    with used as (
      select coalesce(c.partner, x.procedure_code) as key
      from (select distinct procedure_code from dossiers) x
      left join code_rows c on c.adapter = ${adapter} and c.table_name = ${table} and c.local = x.procedure_code
      union select partner from code_rows where adapter = ${adapter} and table_name = ${table})
    select u.key from used u
    left join catalogue_asked a on a.adapter = ${adapter} and a.list = ${list} and a.key = u.key
    order by a.asked_at nulls first, u.key limit ${limit}`.execute(db)
  return rows.map(({ key }) => key)
}

/** Keys to which rows of other lists refer, in the same order. */
export async function referredKeys (db: Executor, { adapter, list, references, limit }: ListName & { references: readonly Reference[], limit: number }): Promise<string[]> {
  const { rows } = await sql<{ key: string }>`
    with referred as (
      select distinct v #>> '{}' as key
      from jsonb_to_recordset(${JSON.stringify(references)}::jsonb) as r("from" text, path text)
      join catalogue_items i on i.adapter = ${adapter} and i.list = r."from" and i.valid_to is null
      cross join lateral jsonb_path_query(i.content, ('$.' || r.path)::jsonpath) v
      where jsonb_typeof(v) in ('string', 'number'))
    select u.key from referred u
    left join catalogue_asked a on a.adapter = ${adapter} and a.list = ${list} and a.key = u.key
    where u.key <> '' order by a.asked_at nulls first, u.key limit ${limit}`.execute(db)
  return rows.map(({ key }) => key)
}

export async function recordAsked (db: Executor, { adapter, list }: ListName, key: string): Promise<void> {
  await db.insertInto('catalogue_asked').values({ adapter, list, key })
    .onConflict(known => known.columns(['adapter', 'list', 'key']).doUpdateSet({ asked_at: sql<Date>`clock_timestamp()` })).execute()
}
