/** Planning the deliveries of events to endpoints, for the first time and again. */
import { sql, type RawBuilder } from 'kysely'
import { refreshDueAt, type RingableLane } from '../../db/lanes.js'
import type { Tx } from '../../db/open.js'

/** Does the endpoint `w`, which is on, want the event `e`? What is unknown of an event fits no filter. */
const WANTED = sql`(e.endpoint_id = w.id or e.endpoint_id is null
  and (w.types = '{}' or e.type = any(w.types))
  and (not w.own_dossiers_only or e.client_id = w.client_id)
  and (w.agency is null or e.agency = w.agency or starts_with(e.agency, w.agency || '.')))`

/** The new events, numbers from … to, to every endpoint that wants them. Returns the lanes to be rung after the commit. */
export async function planNotifications (tx: Tx, { from, to }: { from: number, to: number }): Promise<RingableLane[]> {
  const lanes = await plan(tx, { which: sql`e.id between ${from} and ${to} and ${WANTED}`, actor: 'gateway' })
  return lanes.filter(({ due }) => due).map(({ id, adapter }) => ({ id, adapter }))
}

interface PlannedLane extends RingableLane {
  due: boolean
  /** Deliveries that were planned, in all lanes. */
  planned: number
}

/** In one statement; the lanes stay locked. What the endpoint has in its lane already is left as it is. */
async function plan (tx: Tx, { which, actor }: { which: RawBuilder<unknown>, actor: string }): Promise<PlannedLane[]> {
  const { rows } = await sql<PlannedLane>`
    with wanted as materialized (
      select e.id, e.public_id, e.type, e.dossier_code, coalesce(e.dossier_code, '') as subject, w.id as endpoint_id, w.adapter
      from events e join webhook_endpoints w on w.deleted_at is null and w.disabled_at is null
      where ${which}),
    lane as (
      insert into lanes (adapter, endpoint_id, subject, unit, due_at)
      select adapter, endpoint_id, subject, endpoint_id, clock_timestamp() from wanted group by adapter, endpoint_id, subject order by endpoint_id, subject
      on conflict (endpoint_id, subject) where endpoint_id is not null do update
        set changes = lanes.changes + 1, due_at = case when lanes.blocked_by is null then coalesce(lanes.due_at, excluded.due_at) end
      returning id, adapter, endpoint_id, subject, due_at),
    delivery as (
      insert into deliveries (lane_id, adapter, event_id, revision)
      select lane.id, lane.adapter, w.id, w.id from wanted w join lane on lane.endpoint_id = w.endpoint_id and lane.subject = w.subject
      order by w.id
      on conflict (lane_id, revision) do nothing
      returning id, adapter, event_id, lane_id),
    audited as (
      insert into audit_entries (actor, action, dossier_code, delivery_id, adapter, details)
      select ${actor}, 'delivery.planned', e.dossier_code, d.id, d.adapter,
             jsonb_build_object('event', e.public_id, 'type', e.type, 'endpoint', lane.endpoint_id)
      from delivery d join events e on e.id = d.event_id join lane on lane.id = d.lane_id)
    select id::text, adapter, coalesce(due_at <= clock_timestamp(), false) as due, (select count(*)::int from delivery) as planned from lane`.execute(tx)
  return rows
}

export interface Replay {
  endpointId: string
  /** One event, whatever the endpoint's filters. */
  event?: string | undefined
  /** Events that happened in this time and that the endpoint's filters want; the end is not included. */
  since?: Date | undefined
  until?: Date | undefined
  /** Events with a greater number: where an earlier replay broke off. */
  after: number
  limit: number
  actor: string
}

export interface Replayed {
  /** Deliveries that are sent, again or for the first time. */
  count: number
  /** The last event that was looked at, where there may be more. */
  more: number | null
  lanes: RingableLane[]
}

/** Sends events to an endpoint once more, or for the first time. What is on its way is left alone. */
export async function replay (tx: Tx, request: Replay): Promise<Replayed> {
  const { endpointId, actor, limit } = request
  const ids = await chosen(tx, request)
  if (ids.length === 0) return { count: 0, more: null, lanes: [] }
  const again = await requeue(tx, { endpointId, ids, actor })
  const planned = await plan(tx, { which: sql`w.id = ${endpointId} and e.id = any(${ids}::integer[])`, actor })
  const touched = new Set([...again, ...planned.map(({ id }) => id)])
  return {
    count: again.length + (planned[0]?.planned ?? 0),
    more: ids.length === limit ? ids.at(-1) ?? null : null,
    // An older event goes before what waits in its lane: the head, and so its time, may be another one now.
    lanes: await refreshDueAt(tx, [...touched])
  }
}

async function chosen (tx: Tx, { endpointId, event, since, until, after, limit }: Replay): Promise<number[]> {
  const which = event === undefined
    ? sql`e.occurred_at >= ${since ?? null}::timestamptz and e.occurred_at < coalesce(${until ?? null}::timestamptz, 'infinity') and e.id > ${after} and e.endpoint_id is null and ${WANTED}`
    : sql`e.public_id = ${event} and coalesce(e.endpoint_id = w.id, true)`
  const { rows } = await sql<{ id: number }>`
    select e.id from events e join webhook_endpoints w on w.id = ${endpointId}
    where ${which} order by e.id limit ${limit}`.execute(tx)
  return rows.map(({ id }) => id)
}

interface Requeue {
  endpointId: string
  ids: readonly number[]
  actor: string
}

/** The lane of each delivery that is sent again. */
async function requeue (tx: Tx, { endpointId, ids, actor }: Requeue): Promise<string[]> {
  // In a statement of its own, as a redrive does: it may wait for a lane that is just being settled.
  const { rows: locked } = await sql<{ id: string }>`
    select d.id from deliveries d join lanes l on l.id = d.lane_id
    where l.endpoint_id = ${endpointId} and d.event_id = any(${[...ids]}::integer[]) order by l.id, d.id for update of l, d`.execute(tx)
  const { rows } = await sql<{ lane_id: string }>`
    with again as (
      update deliveries d set state = 'queued', ended_at = null, own_failures = 0, retries = 0, budget_from = clock_timestamp(),
        next_attempt_at = clock_timestamp(), failure_kind = null, failure_code = null, failure = null, fingerprint = null, failed_at = null
      where d.id = any(${locked.map(({ id }) => id)}::bigint[]) and d.state in ('delivered', 'refused', 'failed', 'cancelled', 'superseded')
      returning d.id, d.adapter, d.event_id, d.lane_id),
    audited as (
      insert into audit_entries (actor, action, dossier_code, delivery_id, adapter, details)
      select ${actor}, 'delivery.redriven', e.dossier_code, a.id, a.adapter, jsonb_build_object('event', e.public_id, 'endpoint', ${endpointId}::text, 'by', 'replay')
      from again a join events e on e.id = a.event_id)
    select lane_id::text from again`.execute(tx)
  return rows.map(row => row.lane_id)
}
