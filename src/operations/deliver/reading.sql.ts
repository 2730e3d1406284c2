/** What the API shows: a dossier with its deliveries, its timeline, lists of deliveries. */
import { sql, type RawBuilder } from 'kysely'
import type { Executor } from '../../db/open.js'
import type { DeliveryState, DossierContent, StepContent, StoredFailure } from '../../db/tables.js'

export interface DossierRow {
  id: string
  code: string
  revision: number
  source_version: string | null
  client_id: string
  content: DossierContent
  accepted_at: Date
  created_at: Date
}

export async function findDossier (db: Executor, code: string): Promise<DossierRow | undefined> {
  const { rows } = await sql<DossierRow>`
    select x.id, x.code, x.revision, x.source_version, r.client_id, r.content, r.accepted_at, x.created_at
    from dossiers x join revisions r on r.dossier_id = x.id and r.revision = x.revision
    where x.code = ${code}`.execute(db)
  return rows[0]
}

export interface DeliveryRow {
  id: string
  adapter: string
  /** Null: a notification that is about no dossier. */
  dossier_code: string | null
  /** Of a notification, the number of its event. */
  revision: number
  event_id: number | null
  event: string | null
  event_type: string | null
  endpoint_id: string | null
  state: DeliveryState
  attempts: number
  planned_at: Date
  next_attempt_at: Date
  /** The refused or failed delivery behind which the lane waits. */
  blocked_by: string | null
  paused_at: Date | null
  probe_at: Date | null
  ended_at: Date | null
  failure_kind: string | null
  failure_code: string | null
  failure: StoredFailure | null
  fingerprint: string | null
}

export interface DeliveryFilter {
  dossierCode?: string | undefined
  state?: string | undefined
  adapter?: string | undefined
  /** A failure code or kind. */
  failure?: string | undefined
  fingerprint?: string | undefined
  endpoint?: string | undefined
  /** Deliveries of dossiers, or of notifications; absent: both. */
  subject?: 'dossier' | 'notification' | undefined
  /** Deliveries with a smaller id: the newest come first. */
  before?: string | undefined
  limit: number
}

const DELIVERY_COLUMNS = ['d.id', 'd.adapter', 'd.revision', 'd.event_id', 'e.public_id as event', 'e.type as event_type', 'l.endpoint_id', 'd.state', 'd.attempts',
  'd.planned_at', 'd.next_attempt_at', 'l.blocked_by', 'c.paused_at', 'g.probe_at', 'd.ended_at', 'd.failure_kind', 'd.failure_code', 'd.failure', 'd.fingerprint'] as const

/** What a delivery is about stands in its dossier, or in its event. */
const shownDeliveries = (db: Executor) => db.selectFrom('deliveries as d').innerJoin('lanes as l', 'l.id', 'd.lane_id')
  .leftJoin('dossiers as x', 'x.id', 'd.dossier_id').leftJoin('events as e', 'e.id', 'd.event_id')
  .leftJoin('adapter_controls as c', 'c.adapter', 'd.adapter')
  .leftJoin('targets as g', join => join.onRef('g.adapter', '=', 'd.adapter').onRef('g.unit', '=', 'l.unit'))
  .select(DELIVERY_COLUMNS).select(eb => eb.fn.coalesce('x.code', 'e.dossier_code').as('dossier_code'))

export async function listDeliveries (db: Executor, filter: DeliveryFilter): Promise<DeliveryRow[]> {
  let query = shownDeliveries(db).orderBy('d.id', 'desc').limit(filter.limit)
  const { dossierCode, subject } = filter
  if (dossierCode !== undefined) query = query.where(aboutDossier(dossierCode))
  if (subject !== undefined) query = query.where('d.event_id', subject === 'dossier' ? 'is' : 'is not', null)
  if (filter.endpoint !== undefined) query = query.where('l.endpoint_id', '=', filter.endpoint)
  if (filter.state !== undefined) query = query.where('d.state', '=', filter.state as DeliveryState)
  if (filter.adapter !== undefined) query = query.where('d.adapter', '=', filter.adapter)
  if (filter.before !== undefined) query = query.where('d.id', '<', filter.before)
  if (filter.fingerprint !== undefined) query = query.where('d.fingerprint', '=', filter.fingerprint)
  const { failure } = filter
  if (failure !== undefined) query = query.where(eb => eb.or([eb('d.failure_code', '=', failure), eb('d.failure_kind', '=', failure)]))
  return query.execute()
}

/** By ids, each kind from its index: a condition on both codes at once would read all deliveries. */
const aboutDossier = (code: string): RawBuilder<boolean> => sql<boolean>`d.id = any(array(
  select id from deliveries where dossier_id = (select id from dossiers where code = ${code})
  union all
  select n.id from lanes l join deliveries n on n.lane_id = l.id where l.subject = ${code}))`

export async function findDelivery (db: Executor, id: string): Promise<DeliveryRow | undefined> {
  return shownDeliveries(db).where('d.id', '=', id).executeTakeFirst()
}

export interface ExchangeRow {
  delivery_id: string
  attempt: number
  operation: string
  mode: string
  sent_at: Date
  ended_at: Date | null
  verdict: string | null
  rule: string | null
  code: string | null
  words: string | null
  status: number | null
}

/** The calls of a dossier's deliveries, oldest first. */
export async function dossierExchanges (db: Executor, dossierId: string, limit: number): Promise<ExchangeRow[]> {
  const { rows } = await sql<ExchangeRow>`
    select d.id as delivery_id, a.number as attempt, e.operation, e.mode, e.sent_at, e.ended_at, e.verdict, e.rule, e.code,
           e.words, (e.answer->>'status')::int as status
    from deliveries d join attempts a on a.delivery_id = d.id join exchanges e on e.attempt_id = a.id
    where d.dossier_id = ${dossierId} order by e.id limit ${limit}`.execute(db)
  return rows
}

export interface PreviewState {
  /** Adapters at which the dossier is known. */
  knownAt: string[]
  /** Steps of the dossier by adapter that has not confirmed them. */
  unconfirmed: Array<{ adapter: string, step_id: string, content: StepContent }>
  /** Ids of the steps the gateway holds. */
  stepIds: string[]
}

export async function previewState (db: Executor, code: string, adapters: readonly string[]): Promise<PreviewState> {
  const { rows: [row] } = await sql<PreviewState>`
    with x as (select id from dossiers where code = ${code}),
    s as (select id, step_id, content, occurred_at from progress_steps where dossier_id = (select id from x)),
    a as (select unnest(${adapters}::text[]) as adapter)
    select
      coalesce((select jsonb_agg(adapter) from lanes where dossier_id = (select id from x) and known_at_partner), '[]') as "knownAt",
      coalesce((select jsonb_agg(step_id) from s), '[]') as "stepIds",
      coalesce((select jsonb_agg(jsonb_build_object('adapter', a.adapter, 'step_id', s.step_id, 'content', s.content) order by s.occurred_at, s.id)
        from s cross join a
        where not exists (select from step_confirmations c where c.adapter = a.adapter and c.step_id = s.id)), '[]') as unconfirmed`.execute(db)
  return row ?? { knownAt: [], unconfirmed: [], stepIds: [] }
}
