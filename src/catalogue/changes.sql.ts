/** What changed in a catalogue, which dossiers that touches, and what held at a moment. */
import { sql } from 'kysely'
import type { Executor } from '../db/open.js'

export interface ItemChange {
  list: string
  key: string
  at: Date
  before: { name: string, content: Record<string, unknown> } | null
  after: { name: string, content: Record<string, unknown> } | null
}

/** Beginnings and ends of versions from a moment on, newest first. The first pull is no change. */
export async function listChanges (db: Executor, { adapter, since, limit }: { adapter: string, since: Date, limit: number }): Promise<ItemChange[]> {
  const { rows } = await sql<ItemChange>`
    select * from (
      select n.list, n.key, n.valid_from as at,
             case when o.key is null then null else jsonb_build_object('name', o.name, 'content', o.content) end as before,
             jsonb_build_object('name', n.name, 'content', n.content) as after
      from catalogue_items n
      left join catalogue_items o on o.adapter = n.adapter and o.list = n.list and o.key = n.key and o.valid_to = n.valid_from
      where n.adapter = ${adapter} and n.valid_from >= ${since}
      union all
      select o.list, o.key, o.valid_to, jsonb_build_object('name', o.name, 'content', o.content), null
      from catalogue_items o
      where o.adapter = ${adapter} and o.valid_to >= ${since}
        and not exists (select from catalogue_items n where n.adapter = o.adapter and n.list = o.list and n.key = o.key and n.valid_from = o.valid_to)
    ) c order by at desc, list, key limit ${limit}`.execute(db)
  return rows
}

export interface ItemKey {
  list: string
  key: string
}

/** An item, and a partner's code by which dossiers are found that have to do with it. */
export interface Link extends ItemKey {
  table: 'procedure' | 'agency' | 'field'
  code: string
  /** Only dossiers of this agency and all below it, in short notation; null: everybody's. */
  unit: string | null
}

/** A member of one list's rows that holds keys of another. */
export interface Reference {
  from: string
  path: string
  to: string
}

export interface ReferringQuestion {
  adapter: string
  references: readonly Reference[]
  items: readonly ItemKey[]
  /** Rows that ended before it no longer count. */
  since: Date
}

/** Keys of rows that refer to the items, now or since a moment: what has just ended did so until then. */
export async function referringKeys (db: Executor, { adapter, references, items, since }: ReferringQuestion): Promise<Array<ItemKey & { from: string, code: string }>> {
  const { rows } = await sql<ItemKey & { from: string, code: string }>`
    select distinct k.list, k.key, i.list as "from", i.key as code
    from jsonb_to_recordset(${JSON.stringify(references)}::jsonb) as r("from" text, path text, "to" text)
    join catalogue_items i on i.adapter = ${adapter} and i.list = r."from" and (i.valid_to is null or i.valid_to >= ${since})
    cross join lateral jsonb_path_query(i.content, ('$.' || r.path)::jsonpath) v
    join jsonb_to_recordset(${JSON.stringify(items)}::jsonb) as k(list text, key text) on k.list = r."to" and k.key = v #>> '{}'`.execute(db)
  return rows
}

export interface Touched extends ItemKey {
  count: number
  codes: string[]
}

const ENDED = ['not-accepted', 'withdrawn', 'stopped', 'finished', 'returned']

/** Open dossiers by the partner's codes or local codes of them, agencies in either notation; each counts once for an item. */
export async function touchedDossiers (db: Executor, { adapter, links, shown }: { adapter: string, links: readonly Link[], shown: number }): Promise<Touched[]> {
  const { rows } = await sql<Touched>`
    with l as (
      select list, key, "table", unit, case when "table" = 'agency' then agency_key(code) else code end as code
      from jsonb_to_recordset(${JSON.stringify(links)}::jsonb) as l(list text, key text, "table" text, code text, unit text)),
    named as (
      select list, key, "table", unit, code as local from l union
      select l.list, l.key, l."table", l.unit, c.key from l join code_rows c on c.adapter = ${adapter} and c.table_name = l."table"
        and l.code = case when l."table" = 'agency' then agency_key(c.partner) else c.partner end),
    touched as (
      select n.list, n.key, x.id from named n join dossiers x on n."table" = 'procedure' and x.procedure_code = n.local
        and (n.unit is null or agency_key(x.agency_code) = n.unit or agency_key(x.agency_code) like n.unit || '.%') union
      select n.list, n.key, x.id from named n join dossiers x on n."table" = 'agency' and agency_key(x.agency_code) = n.local union
      select n.list, n.key, r.dossier_id from named n join revisions r on n."table" = 'field' and r.content #>> '{field,code}' = n.local
        join dossiers x on x.id = r.dossier_id and x.revision = r.revision)
    select t.list, t.key, count(*)::int as count, (array_agg(x.code order by x.code))[1:${shown}] as codes
    from touched t join dossiers x on x.id = t.id
    join revisions r on r.dossier_id = x.id and r.revision = x.revision
    where coalesce(r.content->>'status', '') <> all(${ENDED}::text[]) and not r.content ? 'returnedAt'
    group by t.list, t.key`.execute(db)
  return rows
}

export interface PinnedVersion {
  list: string
  key: string
  version: number
  validFrom: Date | null
}

/** The version in force at a moment, of the first of the lists that has one. */
export async function versionAt (db: Executor, { adapter, lists, key, at }: { adapter: string, lists: readonly string[], key: string, at: Date }): Promise<PinnedVersion | undefined> {
  const { rows } = await sql<PinnedVersion>`
    select list, key, version, valid_from as "validFrom" from catalogue_items
    where adapter = ${adapter} and list = any(${lists}::text[]) and key = ${key}
      and (valid_from is null or valid_from <= ${at}) and (valid_to is null or valid_to > ${at})
    order by array_position(${lists}::text[], list), version desc limit 1`.execute(db)
  return rows[0]
}
