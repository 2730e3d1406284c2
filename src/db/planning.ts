/** Planning: which deliveries a revision needs, and what a newer revision makes needless (design §2.6). */
import { sql } from 'kysely'
import type { AuditEntry } from './audit.js'
import { refreshDueAt, urgencyOf, type RingableLane, type Urgency } from './lanes.js'
import type { Tx } from './open.js'

export interface PlannedDelivery {
  id: string
  adapter: string
}

export interface Superseded {
  id: string
  adapter: string
  revision: number
}

export interface Plan {
  dossierId: string
  dossierCode: string
  revision: number
  /** Who pushed it, for the log. */
  actor: string
  adapters: readonly string[]
  /** Those of them that let a newer revision replace a waiting older one. */
  superseding: readonly string[]
  /** What else this push made true. */
  audit: readonly AuditEntry[]
}

export interface PlanResult {
  planned: PlannedDelivery[]
  /** Lanes that are due: to be rung after the commit. */
  lanes: RingableLane[]
}

/**
 * One delivery per adapter, with the audit rows, in one statement; lanes are made as needed and stay locked. A lane
 * without a due time is due now: if its head turns out to be held, whoever claims it finds that and puts it in order. One that is
 * blocked stays so.
 */
export async function planDeliveries (tx: Tx, plan: Plan): Promise<PlanResult> {
  const { rows } = await sql<{ id: string, adapter: string, lane_id: string, due: boolean, urgency: Urgency }>`
    with lane as (
      insert into lanes (adapter, dossier_id, due_at)
      select unnest(${plan.adapters}::text[]), ${plan.dossierId}::bigint, clock_timestamp()
      on conflict (adapter, dossier_id) do update
        set changes = lanes.changes + 1, due_at = case when lanes.blocked_by is null then coalesce(lanes.due_at, excluded.due_at) end
      returning id, adapter, dossier_id, due_at),
    delivery as (
      insert into deliveries (lane_id, adapter, dossier_id, revision)
      select id, adapter, ${plan.dossierId}::bigint, ${plan.revision}::integer from lane
      returning id, adapter, lane_id),
    audited as (
      insert into audit_entries (actor, action, dossier_code, delivery_id, adapter, details)
      select e.actor, e.action, e."dossierCode", null, null, e.details
      from jsonb_to_recordset(${JSON.stringify(plan.audit)}::jsonb) as e(actor text, action text, "dossierCode" text, details jsonb)
      union all
      select ${plan.actor}, 'delivery.planned', ${plan.dossierCode}, id, adapter, jsonb_build_object('revision', ${plan.revision}::integer)
      from delivery)
    select d.id, d.adapter, d.lane_id, coalesce(lane.due_at <= clock_timestamp(), false) as due, ${urgencyOf('lane')} as urgency
    from delivery d join lane on lane.id = d.lane_id`.execute(tx)
  return {
    planned: rows.map(({ id, adapter }) => ({ id, adapter })),
    lanes: rows.filter(row => row.due).map(row => ({ id: row.lane_id, adapter: row.adapter, urgency: row.urgency }))
  }
}

export interface SupersedeResult {
  superseded: Superseded[]
  /** Lanes whose head has changed, if they are due. */
  lanes: RingableLane[]
}

/** Ends waiting older deliveries of the dossier, whose lanes are locked; one that is being sent, or is held, is left alone. */
export async function supersedeOlder (tx: Tx, plan: Plan): Promise<SupersedeResult> {
  if (plan.superseding.length === 0 || plan.revision === 1) return { superseded: [], lanes: [] }
  const { rows } = await sql<Superseded & { lane_id: string }>`
    update deliveries d set state = 'superseded', ended_at = clock_timestamp()
    from lanes l
    where l.id = d.lane_id and l.dossier_id = ${plan.dossierId} and l.adapter = any(${plan.superseding}::text[])
      and d.revision < ${plan.revision} and d.state in ('queued', 'retrying')
    returning d.id, d.adapter, d.revision, d.lane_id`.execute(tx)
  if (rows.length === 0) return { superseded: [], lanes: [] }
  return {
    superseded: rows.map(({ id, adapter, revision }) => ({ id, adapter, revision })),
    lanes: await refreshDueAt(tx, [...new Set(rows.map(row => row.lane_id))])
  }
}
