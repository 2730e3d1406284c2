/** Planning: which deliveries a revision needs, and what a newer revision makes needless (design §2.6). */
import { sql } from 'kysely'
import type { AuditEntry } from '../db/audit.js'
import { refreshDueAt, urgencyOf, type RingableLane, type Urgency } from '../db/lanes.js'
import type { Tx } from '../db/open.js'

export interface PlannedDelivery {
  id: string
  adapter: string
}

export interface Superseded {
  id: string
  adapter: string
  revision: number
}

/** A revision that was just stored. */
export interface NewWork {
  dossierId: string
  dossierCode: string
  revision: number
  /** Who is told of it. */
  adapters: readonly string[]
}

export interface Plan {
  /** Each dossier once; its row is locked. */
  work: readonly NewWork[]
  /** Who pushed it, for the log. */
  actor: string
  /** Adapters that let a newer revision replace a waiting older one. */
  superseding: readonly string[]
  /** What else this push made true. */
  audit: readonly AuditEntry[]
}

export interface PlanResult {
  /** By dossier id, in the order of the adapters. */
  planned: Map<string, PlannedDelivery[]>
  /** Lanes that are due: to be rung after the commit. */
  lanes: RingableLane[]
}

/**
 * One delivery per revision and adapter, with the audit rows, in one statement; lanes are made as needed and stay locked. A lane
 * without a due time is due now: if its head turns out to be held, whoever claims it finds that and puts it in order. One that is
 * blocked stays so.
 */
export async function planDeliveries (tx: Tx, plan: Plan): Promise<PlanResult> {
  const { rows } = await sql<{ id: string, adapter: string, dossier_id: string, lane_id: string, due: boolean, urgency: Urgency }>`
    with work as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(perAdapter(plan.work))}::jsonb)
        as e("dossierId" bigint, "dossierCode" text, revision integer, adapter text, n integer)),
    lane as (
      insert into lanes (adapter, dossier_id, due_at)
      select adapter, "dossierId", clock_timestamp() from work order by "dossierId", n
      on conflict (adapter, dossier_id) do update
        set changes = lanes.changes + 1, due_at = case when lanes.blocked_by is null then coalesce(lanes.due_at, excluded.due_at) end
      returning id, adapter, dossier_id, due_at),
    delivery as (
      insert into deliveries (lane_id, adapter, dossier_id, revision)
      select l.id, l.adapter, l.dossier_id, w.revision from lane l join work w on w."dossierId" = l.dossier_id and w.adapter = l.adapter order by l.id
      returning id, adapter, lane_id, dossier_id, revision),
    audited as (
      insert into audit_entries (actor, action, dossier_code, delivery_id, adapter, details)
      select e.actor, e.action, e."dossierCode", null, null, e.details
      from jsonb_to_recordset(${JSON.stringify(plan.audit)}::jsonb) as e(actor text, action text, "dossierCode" text, details jsonb)
      union all
      select ${plan.actor}, 'delivery.planned', w."dossierCode", d.id, d.adapter, jsonb_build_object('revision', d.revision)
      from delivery d join work w on w."dossierId" = d.dossier_id and w.adapter = d.adapter)
    select d.id, d.adapter, d.dossier_id, d.lane_id, coalesce(lane.due_at <= clock_timestamp(), false) as due, ${urgencyOf('lane')} as urgency
    from delivery d join lane on lane.id = d.lane_id order by d.id`.execute(tx)
  const planned = new Map(plan.work.map(({ dossierId }) => [dossierId, [] as PlannedDelivery[]]))
  for (const { id, adapter, dossier_id: dossierId } of rows) planned.get(dossierId)?.push({ id, adapter })
  return { planned, lanes: rows.filter(row => row.due).map(row => ({ id: row.lane_id, adapter: row.adapter, urgency: row.urgency })) }
}

/** A line for each delivery: unfolded by the server, its planner would take one push for ten thousand rows. */
function perAdapter (work: readonly NewWork[]): Array<Omit<NewWork, 'adapters'> & { adapter: string, n: number }> {
  return work.flatMap(({ adapters, ...one }) => adapters.map((adapter, n) => ({ ...one, adapter, n })))
}

export interface SupersedeResult {
  superseded: Array<Superseded & { dossierCode: string, by: number }>
  /** Lanes whose head has changed, if they are due. */
  lanes: RingableLane[]
}

/** Ends waiting older deliveries of the dossiers, whose lanes are locked; one that is being sent, or is held, is left alone. */
export async function supersedeOlder (tx: Tx, plan: Plan): Promise<SupersedeResult> {
  const later = plan.work.filter(({ revision }) => revision > 1)
  if (plan.superseding.length === 0 || later.length === 0) return { superseded: [], lanes: [] }
  const { rows } = await sql<Superseded & { lane_id: string, code: string, by: number }>`
    update deliveries d set state = 'superseded', ended_at = clock_timestamp()
    from lanes l join jsonb_to_recordset(${JSON.stringify(later)}::jsonb) as w("dossierId" bigint, "dossierCode" text, revision integer)
      on w."dossierId" = l.dossier_id
    where l.id = d.lane_id and l.adapter = any(${plan.superseding}::text[])
      and d.revision < w.revision and d.state in ('queued', 'retrying')
    returning d.id, d.adapter, d.revision, d.lane_id, w."dossierCode" as code, w.revision as by`.execute(tx)
  if (rows.length === 0) return { superseded: [], lanes: [] }
  return {
    superseded: rows.map(({ id, adapter, revision, code, by }) => ({ id, adapter, revision, dossierCode: code, by })),
    lanes: await refreshDueAt(tx, [...new Set(rows.map(row => row.lane_id))])
  }
}
