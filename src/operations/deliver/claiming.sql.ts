/**
 * Claiming the head of a lane, in one statement: lease, state, attempt and audit row are written together, and all that
 * the attempt needs is read.
 */
import { sql, type RawBuilder } from 'kysely'
import type { Lease } from '../../db/lanes.js'
import type { Database } from '../../db/open.js'
import { standstillsSince } from '../../protection/standstills.sql.js'
import type { DeliveryState, DossierContent, StepContent } from '../../db/tables.js'

export interface ClaimedLane {
  id: string
  adapter: string
  /** The account of the last attempt; empty: the adapter's own, or none yet. */
  account: string
  knownAtPartner: boolean
  confirmedRevision: number
}

export type Head = HeadDelivery & (CarriedDossier | CarriedNotification)

interface HeadDelivery {
  id: string
  revision: number
  /** Before the claim. */
  state: DeliveryState
  ownFailures: number
  retries: number
  /** Start of the age budget. */
  budgetFrom: Date
  /** Null: a notification that is about no dossier. */
  dossierCode: string | null
  /** Newest time of an event that the revision reports; of a notification, the event's own. */
  eventAt: Date
  /** More deliveries of the lane are open behind this one. */
  more: boolean
}

interface CarriedDossier {
  content: DossierContent
  event: null
  endpoint: null
}

interface CarriedNotification {
  content: null
  event: { id: string, type: string, data: Record<string, unknown> }
  endpoint: ClaimedEndpoint
}

/** As it is at the claim: a change of address or secret holds from the next attempt on, in every process. */
export interface ClaimedEndpoint {
  id: string
  url: string
  version: number
  previousVersion: number | null
  previousUntil: Date | null
}

export interface OpenStep {
  id: string
  stepId: string
  content: StepContent
}

export interface ClaimedHead {
  /** Null: the lane is not due, paused, blocked, leased by another, or its target's breaker is open. */
  lane: ClaimedLane | null
  /** The breaker is open, and this attempt is to show whether the partner is back. */
  probing: boolean
  /** Null: nothing is open. */
  head: Head | null
  /** Null: the head is held, not due itself, was being sent by somebody who is gone, or has just been taken out of the queue. */
  attempt: { id: string, number: number } | null
  steps: OpenStep[]
  /** The lane's changes that this statement saw. */
  changes: number
  /** Version of the adapter's code tables. */
  codesVersion: number
  /** Pauses and open breakers since the start of the head's age budget, in milliseconds since the epoch. */
  standstills: Array<[from: number, to: number]>
  /** The database's clock. */
  now: Date
}

/** A named part of the statement. */
type Part = RawBuilder<unknown>

export interface ClaimOptions {
  /** Adapters that let a newer revision replace a waiting older one. */
  superseding: readonly string[]
}

/**
 * The statement's snapshot may be older than the lane it locks: while it waits for the row, somebody may plan a newer
 * revision. Two things make that harmless. A head that was taken out of the queue meanwhile is not started (its state is
 * checked again by the update). And `changes` is read from the old snapshot, so that `settle`, which compares it with
 * the row's own, finds them different and has the lane looked at again.
 */
export async function claim (db: Database, lease: Lease, { superseding }: ClaimOptions): Promise<ClaimedHead> {
  const { rows: [row] } = await sql<ClaimedHead>`
    with wanted as materialized (${wantedLane(lease)}),
    probe as (${probe(lease)}),
    lane as (${leasedLane(lease)}),
    endpoint as (${ENDPOINT}),
    open as materialized (${OPEN_DELIVERIES}),
    gone as (${withdrawnDeliveries(superseding)}),
    head as (${HEAD}),
    started as (${STARTED_DELIVERY}),
    attempt as (${attemptRow(lease)}),
    audited as (${auditRows(lease)}),
    steps as (${UNCONFIRMED_STEPS})
    select
      exists (select from probe) as probing,
      (select ${LANE_MEMBERS} from lane) as lane,
      (select ${HEAD_MEMBERS} from head) as head,
      (select jsonb_build_object('id', id::text, 'number', number) from attempt) as attempt,
      (select ${STEPS_ARRAY} from steps) as steps,
      coalesce((select changes from wanted), 0) as changes,
      ${STANDSTILLS} as standstills,
      coalesce((select b.version from code_books b, lane where b.adapter = lane.adapter), 0)::int as "codesVersion",
      clock_timestamp() as now`.execute(db)
  if (row === undefined) throw new Error('a claim always returns one row')
  return row.head === null ? row : { ...row, head: withTimes(row.head) }
}

/** The lane as the snapshot shows it, with its target's breaker, and whether it may be claimed. */
const wantedLane = ({ laneId }: Lease): Part => sql`
      select l.changes, l.adapter, l.unit, t.opened_at,
        l.due_at <= clock_timestamp() and l.blocked_by is null and (l.lease_until is null or l.lease_until < clock_timestamp())
          and not exists (select from adapter_controls c where c.adapter = l.adapter and c.paused_at is not null) as claimable
      from lanes l left join targets t on t.adapter = l.adapter and t.unit = l.unit where l.id = ${laneId}`

/** While the breaker is open, one lane at a time gets through to the partner. */
const probe = ({ seconds }: Lease): Part => sql`
      update targets t set probe_at = clock_timestamp() + make_interval(secs => ${seconds}) from wanted w
      where w.claimable and w.opened_at is not null and t.adapter = w.adapter and t.unit = w.unit and t.probe_at <= clock_timestamp()
      returning t.adapter`

/** The lease. Its conditions are those of `wanted` once more, on the row itself: another process may have been first. */
const leasedLane = ({ laneId, token, owner, seconds }: Lease): Part => sql`
      update lanes set lease_token = ${token}, lease_owner = ${owner},
             lease_until = clock_timestamp() + make_interval(secs => ${seconds})
      from wanted w
      where lanes.id = ${laneId} and w.claimable and (w.opened_at is null or exists (select from probe))
        and lanes.due_at <= clock_timestamp() and lanes.blocked_by is null and (lanes.lease_until is null or lanes.lease_until < clock_timestamp())
      returning lanes.id, lanes.adapter, lanes.unit, known_at_partner, confirmed_revision, delivered_revision, endpoint_id, subject`

/** The endpoint of a lane of notifications. */
const ENDPOINT: Part = sql`
      select w.*, w.disabled_at is not null or w.deleted_at is not null as off from webhook_endpoints w, lane where w.id = lane.endpoint_id`

/** The lane's deliveries that have not ended. */
const OPEN_DELIVERIES: Part = sql`
      select d.* from deliveries d join lane on lane.id = d.lane_id
      where d.state in ('queued', 'sending', 'retrying', 'held')`

/**
 * Waiting deliveries that are not sent any more: superseded, or cancelled because their endpoint is off. An event is
 * never superseded, so that an old one can be sent again.
 */
const withdrawnDeliveries = (superseding: readonly string[]): Part => sql`
      update deliveries d set state = case when o.event_id is null then 'superseded' else 'cancelled' end, ended_at = clock_timestamp() from open o
      where d.id = o.id and d.state in ('queued', 'retrying') and o.state in ('queued', 'retrying')
        and (o.event_id is null and o.revision < (select delivered_revision from lane)
          or o.adapter = any(${superseding}::text[]) and exists (select from open n where n.revision > o.revision and n.state in ('queued', 'retrying'))
          or (select off from endpoint))
      returning d.id, d.adapter, d.dossier_id, d.revision, d.state`

/** The first delivery left, with its revision or event. It may be held, or abandoned in `sending`. */
const HEAD: Part = sql`
      select d.*, coalesce(x.code, e.dossier_code) as code, r.content, coalesce(r.event_at, e.occurred_at) as event_at, e.public_id, e.type, e.data
      from open d
      left join dossiers x on x.id = d.dossier_id
      left join revisions r on r.dossier_id = d.dossier_id and r.revision = d.revision
      left join events e on e.id = d.event_id
      where d.id not in (select id from gone)
      order by d.revision limit 1`

/** Starts the head if it is due and waits, in the snapshot and still in its row. */
const STARTED_DELIVERY: Part = sql`
      update deliveries d set state = 'sending', attempts = d.attempts + 1 from head
      where d.id = head.id and d.state in ('queued', 'retrying') and head.state in ('queued', 'retrying')
        and d.next_attempt_at <= clock_timestamp()
      returning d.id, d.attempts`

const attemptRow = ({ owner }: Lease): Part => sql`
      insert into attempts (delivery_id, number, owner) select id, attempts, ${owner} from started returning id, number`

/** Withdrawn deliveries with the reason, and the attempt that begins. */
const auditRows = ({ owner }: Lease): Part => sql`
      insert into audit_entries (actor, action, dossier_code, delivery_id, adapter, details)
      select ${`worker:${owner}`}, 'delivery.' || gone.state, coalesce(x.code, nullif((select subject from lane), '')), gone.id, gone.adapter,
             case when gone.state = 'superseded'
               then jsonb_build_object('revision', gone.revision, 'by', coalesce((select revision from head), (select delivered_revision from lane)))
               else jsonb_build_object('endpoint', (select endpoint_id from lane), 'by', 'endpoint-disabled') end
      from gone left join dossiers x on x.id = gone.dossier_id
      union all
      select ${`worker:${owner}`}, 'delivery.attempted', head.code, head.id, head.adapter,
             case when head.event_id is null then jsonb_build_object('revision', head.revision)
               else jsonb_build_object('event', head.public_id, 'endpoint', (select endpoint_id from lane)) end
             || jsonb_build_object('attempt', attempt.number)
      from head, attempt`

/** Steps up to the head's revision that its adapter has not confirmed. */
const UNCONFIRMED_STEPS: Part = sql`
      select s.id, s.step_id, s.content, s.occurred_at from progress_steps s, head
      where s.dossier_id = head.dossier_id and s.revision <= head.revision
        and not exists (select from step_confirmations c where c.adapter = head.adapter and c.step_id = s.id)`

/** `ClaimedLane`. */
const LANE_MEMBERS: Part = sql`jsonb_build_object('id', id::text, 'adapter', adapter, 'account', unit,
        'knownAtPartner', known_at_partner, 'confirmedRevision', confirmed_revision)`

/** `Head`. */
const HEAD_MEMBERS: Part = sql`jsonb_build_object('id', id::text, 'revision', revision, 'state', state, 'ownFailures', own_failures,
        'retries', retries, 'budgetFrom', budget_from, 'dossierCode', code, 'eventAt', event_at, 'content', content,
        'event', case when event_id is not null then jsonb_build_object('id', public_id, 'type', type, 'data', data) end,
        'endpoint', (select jsonb_build_object('id', id, 'url', url, 'version', secret_version, 'previousVersion', previous_version,
          'previousUntil', previous_until) from endpoint),
        'more', (select count(*) > 1 from open where id not in (select id from gone)))`

/** `OpenStep[]`, in the order of events. */
const STEPS_ARRAY: Part = sql`coalesce(jsonb_agg(jsonb_build_object('id', id::text, 'stepId', step_id, 'content', content) order by occurred_at, id), '[]')`

/** Times in which nothing could be sent, since the head's age budget began. */
const STANDSTILLS: Part = standstillsSince(sql`(select budget_from from head)`, sql`(select adapter from lane)`, sql`(select unit from lane)`)

/** Inside jsonb a time is text. */
function withTimes (head: Head): Head {
  const times = { budgetFrom: new Date(head.budgetFrom), eventAt: new Date(head.eventAt) }
  if (head.endpoint === null) return { ...head, ...times }
  const { previousUntil } = head.endpoint
  return { ...head, ...times, endpoint: { ...head.endpoint, previousUntil: previousUntil === null ? null : new Date(previousUntil) } }
}
