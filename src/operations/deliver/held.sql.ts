/** Held deliveries: a call of theirs may have reached the partner, and until somebody says whether, their lane waits. */
import { sql } from 'kysely'
import { refreshDueAt, type RingableLane } from '../../db/lanes.js'
import type { Executor, Tx } from '../../db/open.js'
import type { DossierContent, StepContent } from '../../db/tables.js'

/** `arrived`: the partner has it, and the rest is sent. `not-arrived`: it is sent again. */
export type Resolution = 'arrived' | 'not-arrived'

export interface Resolved {
  id: string
  adapter: string
  dossier_code: string
  revision: number
  lanes: RingableLane[]
}

export interface ResolveOptions {
  resolution: Resolution
  /** Operations that create or update the dossier: their arrival means that the partner knows it. */
  upserts: readonly string[]
}

/** Undefined when the delivery is not held. The lane goes on with whatever is left to be sent. */
export async function resolveHeld (tx: Tx, id: string, { resolution, upserts }: ResolveOptions): Promise<Resolved | undefined> {
  const { rows: [row] } = await sql<Omit<Resolved, 'lanes'> & { lane_id: string }>`
    with locked as (
      select l.id, x.code from deliveries d join lanes l on l.id = d.lane_id join dossiers x on x.id = d.dossier_id
      where d.id = ${id} for update of l)
    update deliveries d set state = 'queued', ended_at = null, own_failures = 0, retries = 0, budget_from = clock_timestamp(),
      next_attempt_at = clock_timestamp(), failure_kind = null, failure_code = null, failure = null, fingerprint = null, failed_at = null
    from locked where d.id = ${id} and d.state = 'held'
    returning d.id, d.adapter, locked.code as dossier_code, d.revision, d.lane_id`.execute(tx)
  if (row === undefined) return undefined
  if (resolution === 'arrived') {
    await confirmUnanswered(tx, row)
    await confirmUpsert(tx, row, upserts)
  }
  return { ...row, lanes: await refreshDueAt(tx, [row.lane_id]) }
}

async function confirmUpsert (tx: Tx, { id, lane_id: laneId, revision }: { id: string, lane_id: string, revision: number }, upserts: readonly string[]): Promise<void> {
  await sql`
    update lanes set known_at_partner = true, confirmed_revision = greatest(confirmed_revision, ${revision}::integer)
    where id = ${laneId} and exists (
      select from attempts a join exchanges e on e.attempt_id = a.id
      where a.delivery_id = ${id} and e.verdict = 'uncertain' and e.operation = any(${[...upserts]}::text[]))`.execute(tx)
}

export interface HeldDelivery {
  id: string
  adapter: string
  dossier_id: string
  dossier_code: string
  revision: number
  content: DossierContent
  /** The operation that may have arrived. */
  operation: string
  steps: Array<{ stepId: string, content: StepContent }>
}

/** Held deliveries whose partner may be asked now, longest held first, with what their unanswered call said. */
export async function heldToAsk (db: Executor, adapter: string, options: { id?: string | undefined, limit: number }): Promise<HeldDelivery[]> {
  const { rows } = await sql<HeldDelivery>`
    select d.id::text, d.adapter, d.dossier_id::text, x.code as dossier_code, d.revision, r.content, call.operation, coalesce((
      select jsonb_agg(jsonb_build_object('stepId', s.step_id, 'content', s.content) order by s.occurred_at, s.id)
      from progress_steps s where s.id = any(call.step_ids)), '[]') as steps
    from deliveries d join dossiers x on x.id = d.dossier_id
    join revisions r on r.dossier_id = d.dossier_id and r.revision = d.revision
    cross join lateral (
      select e.operation, e.step_ids from attempts a join exchanges e on e.attempt_id = a.id
      where a.delivery_id = d.id and e.verdict = 'uncertain' order by e.id desc limit 1) call
    where d.adapter = ${adapter} and d.state = 'held'
      and (d.id = ${options.id ?? null}::bigint or (${options.id === undefined} and d.next_attempt_at <= clock_timestamp()))
    order by d.next_attempt_at, d.id limit ${options.limit}`.execute(db)
  return rows
}

/** Notes that the partner gave no answer: it is asked again later. */
export async function askAgainLater (db: Executor, id: string, seconds: number): Promise<void> {
  await sql`update deliveries set next_attempt_at = clock_timestamp() + make_interval(secs => ${seconds}) where id = ${id} and state = 'held'`.execute(db)
}

/** The steps of calls that were not answered are taken for done. */
export async function confirmUnanswered (tx: Tx, { id, adapter }: { id: string, adapter: string }): Promise<void> {
  await sql`
    insert into step_confirmations (adapter, step_id, exchange_id)
    select ${adapter}, unnest(e.step_ids), e.id from attempts a join exchanges e on e.attempt_id = a.id
    where a.delivery_id = ${id} and e.verdict = 'uncertain' on conflict do nothing`.execute(tx)
}
