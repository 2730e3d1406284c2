/** Reconciliations: which dossiers are compared, what came of each, and who is asking. */
import { sql, type RawBuilder } from 'kysely'
import type { Database, Executor, Tx } from '../db/open.js'
import type { DossierContent } from '../db/tables.js'

export type ReconciliationVerdict =
  | 'matches' | 'missing-there' | 'stale-there' | 'not-comparable' | 'stale-here' | 'unknown-here' | 'on-its-way' | 'stuck' | 'unanswered'

export interface ReconciliationScope {
  adapter: string
  /** An agency in the short notation, and all below it. */
  unit?: string | undefined
  /** Days of reception, both included. */
  receivedFrom?: string | undefined
  receivedTo?: string | undefined
  changedSince?: Date | undefined
}

export interface ListedDossier {
  code: string
  sourceVersion?: number | undefined
}

/** Makes a reconciliation of the scope's dossiers, and of those the province lists; returns its id. */
export async function createReconciliation (tx: Tx, scope: ReconciliationScope, by: { actor: string, list: readonly ListedDossier[] | undefined }): Promise<string> {
  const { adapter, unit = null, receivedFrom = null, receivedTo = null, changedSince = null } = scope
  const { rows: [row] } = await sql<{ id: string }>`
    insert into reconciliations (adapter, unit, received_from, received_to, changed_since, has_list, requested_by)
    values (${adapter}, ${unit}, ${receivedFrom}, ${receivedTo}, ${changedSince}, ${by.list !== undefined}, ${by.actor}) returning id`.execute(tx)
  const id = row?.id ?? ''
  await sql`
    insert into reconciliation_items (reconciliation_id, dossier_code, agency_code, received_on)
    select ${id}, x.code, x.agency_code, ${RECEIVED_ON}
    from dossiers x join revisions r on r.dossier_id = x.id and r.revision = x.revision
    -- One that was filed nationally is not under our code there.
    where x.origin_adapter is null and (${unit}::text is null or agency_key(x.agency_code) = ${unit} or agency_key(x.agency_code) like ${`${unit ?? ''}.%`})
      and (${receivedFrom}::date is null or ${RECEIVED_ON} >= ${receivedFrom}::date)
      and (${receivedTo}::date is null or ${RECEIVED_ON} <= ${receivedTo}::date)
      and (${changedSince}::timestamptz is null or r.accepted_at >= ${changedSince}::timestamptz)`.execute(tx)
  if (by.list !== undefined) await addListed(tx, id, by.list)
  await settleHere(tx, id, adapter)
  return id
}

const RECEIVED_ON = sql`((r.content ->> 'receivedAt')::timestamptz at time zone 'Asia/Ho_Chi_Minh')::date`

async function addListed (tx: Tx, id: string, list: readonly ListedDossier[]): Promise<void> {
  await sql`
    insert into reconciliation_items (reconciliation_id, dossier_code, agency_code, received_on, listed, listed_version)
    select ${id}, l.code, x.agency_code, ${RECEIVED_ON}, true, l."sourceVersion"
    from jsonb_to_recordset(${JSON.stringify(list)}::jsonb) as l(code text, "sourceVersion" bigint)
    left join dossiers x on x.code = l.code
    left join revisions r on r.dossier_id = x.id and r.revision = x.revision
    on conflict (reconciliation_id, dossier_code) do update set listed = true, listed_version = excluded.listed_version`.execute(tx)
}

/** What needs no question: a partner cannot have what we have not sent. */
async function settleHere (tx: Tx, id: string, adapter: string): Promise<void> {
  await sql`
    update reconciliation_items i set verdict = s.verdict, differences = s.why, checked_at = clock_timestamp()
    from (
      select i.dossier_code,
        case
          when x.id is null then 'unknown-here'
          when d.state in ('queued', 'sending', 'retrying') then 'on-its-way'
          when d.state in ('held', 'refused', 'failed', 'cancelled') then 'stuck'
          when i.listed_version > x.source_version then 'stale-here'
        end as verdict,
        case when d.state in ('held', 'refused', 'failed', 'cancelled') then array_remove(array[d.state, d.failure_code], null) else '{}' end as why
      from reconciliation_items i
      left join dossiers x on x.code = i.dossier_code
      left join lanes l on l.dossier_id = x.id and l.adapter = ${adapter}
      left join lateral (
        select d.state, d.failure_code from deliveries d where d.lane_id = l.id and d.state <> 'superseded' order by d.revision desc limit 1) d on true
      where i.reconciliation_id = ${id}) s
    where i.reconciliation_id = ${id} and i.dossier_code = s.dossier_code and s.verdict is not null`.execute(tx)
}

/** Takes the oldest reconciliation that nobody works on, of these adapters; one at a time per adapter, none of a paused one. */
export async function leaseReconciliation (db: Database, adapters: readonly string[], seconds: number): Promise<{ id: string, adapter: string } | undefined> {
  const { rows } = await sql<{ id: string, adapter: string }>`
    update reconciliations r set lease_until = clock_timestamp() + make_interval(secs => ${seconds})
    where id = (
      select o.id from reconciliations o
      where o.state = 'running' and o.adapter = any(${adapters}::text[]) and coalesce(o.lease_until < clock_timestamp(), true)
        and not exists (select from adapter_controls c where c.adapter = o.adapter and c.paused_at is not null)
        and not exists (select from reconciliations b where b.adapter = o.adapter and b.state = 'running' and b.lease_until >= clock_timestamp())
      order by o.id limit 1 for update skip locked)
    returning id, adapter`.execute(db)
  return rows[0]
}

export async function releaseReconciliation (db: Database, id: string): Promise<void> {
  await sql`update reconciliations set lease_until = null where id = ${id}`.execute(db)
}

export interface OpenItem {
  code: string
  content: DossierContent
}

export async function openItems (db: Database, id: string, limit: number): Promise<OpenItem[]> {
  const { rows } = await sql<OpenItem>`
    select i.dossier_code as code, r.content from reconciliation_items i
    join dossiers x on x.code = i.dossier_code join revisions r on r.dossier_id = x.id and r.revision = x.revision
    where i.reconciliation_id = ${id} and i.verdict is null order by i.tries, i.dossier_code limit ${limit}`.execute(db)
  return rows
}

export interface CheckedItem {
  code: string
  /** Null: the partner did not answer; asked again, and given up after `maxTries`. */
  verdict: ReconciliationVerdict | null
  differences: readonly string[]
}

/** Writes what came of a question and prolongs the lease; false when somebody has ended the reconciliation. */
export async function writeChecked (db: Database, { id, seconds, maxTries }: { id: string, seconds: number, maxTries: number }, checked: CheckedItem): Promise<boolean> {
  const { rows } = await sql`
    with going as (
      update reconciliations set lease_until = clock_timestamp() + make_interval(secs => ${seconds}) where id = ${id} and state = 'running' returning id)
    update reconciliation_items i set tries = tries + 1, checked_at = clock_timestamp(), differences = ${[...checked.differences]}::text[],
      verdict = coalesce(${checked.verdict}, case when tries + 1 >= ${maxTries} then 'unanswered' end)
    from going where i.reconciliation_id = going.id and i.dossier_code = ${checked.code} returning 1`.execute(db)
  return rows.length > 0
}

/** Ends it when nothing is left to ask; returns whether this call ended it. */
export async function endReconciliation (tx: Tx, id: string, state: 'done' | 'cancelled'): Promise<boolean> {
  const { rows } = await sql`
    update reconciliations r set state = ${state}, ended_at = clock_timestamp(), lease_until = null
    where id = ${id} and state = 'running'
      and (${state === 'cancelled'} or not exists (select from reconciliation_items i where i.reconciliation_id = r.id and i.verdict is null))
    returning 1`.execute(tx)
  return rows.length > 0
}

export interface ReconciliationRow {
  id: string
  adapter: string
  unit: string | null
  received_from: string | null
  received_to: string | null
  has_list: boolean
  state: string
  requested_by: string
  created_at: Date
  ended_at: Date | null
  counts: Record<string, number>
}

export async function listReconciliations (db: Executor, filter: { id?: string, limit: number }): Promise<ReconciliationRow[]> {
  const { rows } = await sql<ReconciliationRow>`
    select r.id::text, adapter, unit, received_from::text, received_to::text, has_list, state, requested_by, created_at, ended_at,
      coalesce((select jsonb_object_agg(verdict, n) from (
        select coalesce(verdict, 'to-ask') as verdict, count(*)::int as n from reconciliation_items where reconciliation_id = r.id group by 1) c), '{}') as counts
    from reconciliations r where ${filter.id === undefined ? sql`true` : sql`r.id = ${filter.id}`} order by r.id desc limit ${filter.limit}`.execute(db)
  return rows
}

export interface DayCount {
  receivedOn: string | null
  agencyCode: string | null
  verdict: string
  count: number
}

/** By day of reception and agency, without those that match. */
export async function countByDay (db: Executor, id: string): Promise<DayCount[]> {
  const { rows } = await sql<DayCount>`
    select received_on::text as "receivedOn", agency_code as "agencyCode", coalesce(verdict, 'to-ask') as verdict, count(*)::int as count
    from reconciliation_items where reconciliation_id = ${id} group by 1, 2, 3 order by 1, 2, 3 limit 10000`.execute(db)
  return rows
}

export interface ItemRow {
  code: string
  agencyCode: string | null
  receivedOn: string | null
  listed: boolean
  verdict: string | null
  differences: string[]
  checkedAt: Date | null
}

export interface ItemFilter {
  id: string
  verdict?: string | undefined
  after?: string | undefined
  limit: number
}

export async function listItems (db: Executor, { id, verdict, after, limit }: ItemFilter): Promise<ItemRow[]> {
  const { rows } = await sql<ItemRow>`
    select dossier_code as code, agency_code as "agencyCode", received_on::text as "receivedOn", listed, verdict, differences, checked_at as "checkedAt"
    from reconciliation_items where reconciliation_id = ${id}
      and ${matches(verdict)} and (${after === undefined} or dossier_code > ${after ?? ''})
    order by dossier_code limit ${limit}`.execute(db)
  return rows
}

function matches (verdict: string | undefined): RawBuilder<unknown> {
  return verdict === undefined ? sql`true` : sql`verdict = ${verdict}`
}

/** Adapters whose nightly reconciliation was started since; with `lock`, nobody else looks until the transaction ends. */
export async function startedSince (db: Executor, since: Date, lock?: 'lock'): Promise<string[]> {
  if (lock !== undefined) await sql`select pg_advisory_xact_lock(hashtext('lienthong daily reconciliation'))`.execute(db)
  const { rows } = await sql<{ adapter: string }>`
    select distinct adapter from reconciliations where requested_by = 'gateway' and created_at >= ${since}`.execute(db)
  return rows.map(({ adapter }) => adapter)
}
