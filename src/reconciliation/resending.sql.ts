/** Sending anew what a reconciliation found missing or stale at a partner. */
import { sql } from 'kysely'
import { refreshDueAt, type RingableLane } from '../db/lanes.js'
import type { Tx } from '../db/open.js'

export interface Resent {
  delivery_id: string
  dossier_code: string
  revision: number
  verdict: 'missing-there' | 'stale-there'
}

interface Chosen {
  lane_id: string
  dossier_code: string
  dossier_id: string
  revision: number
  verdict: 'missing-there' | 'stale-there'
}

export interface Resending {
  reconciliationId: string
  adapter: string
  verdicts: readonly string[]
  limit: number
}

/**
 * Queues the newest revision of each such dossier anew. Missing there: it is created, with all of its steps, since what
 * the partner has lost it has lost with them. Stale there: it is updated, and no step is sent twice. A dossier that has
 * got a newer delivery since is left alone. The item is settled as `on-its-way`, so that asking again repairs nothing twice.
 */
export async function resend (tx: Tx, request: Resending): Promise<{ resent: Resent[], lanes: RingableLane[] }> {
  const chosen = await choose(tx, request)
  if (chosen.length === 0) return { resent: [], lanes: [] }
  const lanes = chosen.map(({ lane_id: id }) => id)
  const missing = chosen.filter(({ verdict }) => verdict === 'missing-there')
  await sql`
    update lanes set known_at_partner = known_at_partner and not (id = any(${missing.map(({ lane_id: id }) => id)}::bigint[])), confirmed_revision = 0, blocked_by = null
    where id = any(${lanes}::bigint[])`.execute(tx)
  await sql`
    delete from step_confirmations c using progress_steps s
    where c.adapter = ${request.adapter} and c.step_id = s.id and s.dossier_id = any(${missing.map(({ dossier_id: id }) => id)}::bigint[])`.execute(tx)
  const { rows } = await sql<{ id: string, lane_id: string }>`
    insert into deliveries (lane_id, adapter, dossier_id, revision)
    select c.lane_id, ${request.adapter}, c.dossier_id, c.revision
    from jsonb_to_recordset(${JSON.stringify(chosen)}::jsonb) as c(lane_id bigint, dossier_id bigint, revision integer)
    on conflict (lane_id, revision) do update set state = 'queued', ended_at = null, own_failures = 0, retries = 0,
      budget_from = clock_timestamp(), next_attempt_at = clock_timestamp(), failure_kind = null, failure_code = null, failure = null,
      fingerprint = null, failed_at = null
    returning id, lane_id`.execute(tx)
  await sql`
    update reconciliation_items set verdict = 'on-its-way' where reconciliation_id = ${request.reconciliationId}
      and dossier_code = any(${chosen.map(({ dossier_code: code }) => code)}::text[])`.execute(tx)
  const ids = new Map(rows.map(row => [row.lane_id, row.id]))
  const resent = chosen.map(({ lane_id: lane, dossier_code: code, revision, verdict }) => ({ delivery_id: ids.get(lane) ?? '', dossier_code: code, revision, verdict }))
  return { resent, lanes: await refreshDueAt(tx, lanes) }
}

/** Locks the lanes, making those of dossiers that were never planned for this adapter. */
async function choose (tx: Tx, { reconciliationId, adapter, verdicts, limit }: Resending): Promise<Chosen[]> {
  const wanted = sql`
    select i.dossier_code, i.verdict, x.id as dossier_id, x.revision from reconciliation_items i join dossiers x on x.code = i.dossier_code
    where i.reconciliation_id = ${reconciliationId} and i.verdict = any(${[...verdicts]}::text[]) and i.verdict in ('missing-there', 'stale-there')
    order by i.dossier_code limit ${limit}`
  await sql`
    insert into lanes (adapter, dossier_id) select ${adapter}, w.dossier_id from (${wanted}) w on conflict (adapter, dossier_id) do nothing`.execute(tx)
  const { rows } = await sql<Chosen>`
    select l.id::text as lane_id, w.dossier_code, w.dossier_id::text, w.revision, w.verdict
    from (${wanted}) w join lanes l on l.adapter = ${adapter} and l.dossier_id = w.dossier_id
    where not exists (select from deliveries d where d.lane_id = l.id and d.state in ('queued', 'sending', 'retrying', 'held'))
    order by l.id for update of l`.execute(tx)
  return rows
}

export async function countResendable (tx: Tx, { reconciliationId, verdicts }: Omit<Resending, 'limit'>): Promise<number> {
  const { rows: [row] } = await sql<{ count: number }>`
    select count(*)::int as count from reconciliation_items
    where reconciliation_id = ${reconciliationId} and verdict = any(${[...verdicts]}::text[]) and verdict in ('missing-there', 'stale-there')`.execute(tx)
  return row?.count ?? 0
}
