/** Endpoints of provincial portals. No secret is here: it is derived from the id and the version. */
import { sql } from 'kysely'
import { refreshDueAt, type RingableLane } from '../../db/lanes.js'
import type { Executor, Tx } from '../../db/open.js'

export interface EndpointRow {
  id: string
  adapter: string
  client_id: string
  url: string
  description: string | null
  types: string[]
  agency: string | null
  own_dossiers_only: boolean
  secret_version: number
  previous_version: number | null
  previous_until: Date | null
  disabled_at: Date | null
  disabled_by: string | null
  disabled_code: string | null
  created_at: Date
}

const COLUMNS = ['id', 'adapter', 'client_id', 'url', 'description', 'types', 'agency', 'own_dossiers_only', 'secret_version',
  'previous_version', 'previous_until', 'disabled_at', 'disabled_by', 'disabled_code', 'created_at'] as const

/** What its owner decides. */
export interface EndpointWishes {
  url: string
  description: string | null
  types: readonly string[]
  agency: string | null
  ownDossiersOnly: boolean
}

export async function insertEndpoint (tx: Tx, { adapter, clientId, wishes }: { adapter: string, clientId: string, wishes: EndpointWishes }): Promise<EndpointRow> {
  return tx.insertInto('webhook_endpoints').values({
    adapter,
    client_id: clientId,
    ...columnsOf(wishes)
  }).returning(COLUMNS).executeTakeFirstOrThrow()
}

function columnsOf ({ url, description, types, agency, ownDossiersOnly }: EndpointWishes): Pick<EndpointRow, 'url' | 'description' | 'types' | 'agency' | 'own_dossiers_only'> {
  return { url, description, types: [...types], agency, own_dossiers_only: ownDossiersOnly }
}

/** `owner`: undefined for somebody who may see all. */
export async function listEndpoints (db: Executor, owner: string | undefined): Promise<EndpointRow[]> {
  const query = db.selectFrom('webhook_endpoints').select(COLUMNS).where('deleted_at', 'is', null).orderBy('created_at').orderBy('id')
  return owner === undefined ? query.execute() : query.where('client_id', '=', owner).execute()
}

export interface Whose {
  id: string
  /** Undefined: anybody's. */
  owner: string | undefined
}

export async function findEndpoint (db: Executor, { id, owner }: Whose): Promise<EndpointRow | undefined> {
  const query = db.selectFrom('webhook_endpoints').select(COLUMNS).where('id', '=', id).where('deleted_at', 'is', null)
  return (owner === undefined ? query : query.where('client_id', '=', owner)).executeTakeFirst()
}

/** Locked until the end of the transaction: changes of one endpoint go one after the other. */
export async function lockEndpoint (tx: Tx, { id, owner }: Whose): Promise<EndpointRow | undefined> {
  const query = tx.selectFrom('webhook_endpoints').select(COLUMNS).where('id', '=', id).where('deleted_at', 'is', null).forUpdate()
  return (owner === undefined ? query : query.where('client_id', '=', owner)).executeTakeFirst()
}

export async function changeEndpoint (tx: Tx, id: string, wishes: EndpointWishes): Promise<void> {
  await tx.updateTable('webhook_endpoints').set(columnsOf(wishes)).where('id', '=', id).execute()
}

/** The new version signs from now on; the one before stays valid for exactly so long, and any earlier one ends. */
export async function rotateSecret (tx: Tx, id: string, overlapSeconds: number): Promise<void> {
  await sql`
    update webhook_endpoints set secret_version = secret_version + 1,
      previous_version = case when ${overlapSeconds} > 0 then secret_version end,
      previous_until = case when ${overlapSeconds} > 0 then clock_timestamp() + make_interval(secs => ${overlapSeconds}) end
    where id = ${id}`.execute(tx)
}

export async function enableEndpoint (tx: Tx, id: string): Promise<void> {
  await sql`update webhook_endpoints set disabled_at = null, disabled_by = null, disabled_code = null where id = ${id}`.execute(tx)
}

export interface SwitchOff {
  actor: string
  /** Why, where the gateway did it by itself. */
  code: string | null
}

/** False when it was off already. */
export async function disableEndpoint (tx: Tx, id: string, { actor, code }: SwitchOff): Promise<boolean> {
  const { rows } = await sql`
    update webhook_endpoints set disabled_at = clock_timestamp(), disabled_by = ${actor}, disabled_code = ${code}
    where id = ${id} and disabled_at is null and deleted_at is null returning 1`.execute(tx)
  return rows.length === 1
}

export async function deleteEndpoint (tx: Tx, id: string): Promise<void> {
  await sql`update webhook_endpoints set deleted_at = clock_timestamp() where id = ${id}`.execute(tx)
}

/**
 * Cancels what waits for an endpoint that is off, with an audit entry each. What is just being sent ends by itself; should it
 * wait for a repetition, the next claim cancels it.
 */
export async function cancelWaiting (tx: Tx, id: string, actor: string): Promise<{ count: number, lanes: RingableLane[] }> {
  await sql`select from lanes where endpoint_id = ${id} and due_at is not null order by lanes.id for update`.execute(tx)
  const { rows } = await sql<{ lane_id: string }>`
    with cancelled as (
      update deliveries d set state = 'cancelled', ended_at = clock_timestamp(), failure_kind = 'cancelled', failure_code = 'cancelled'
      from lanes l where l.id = d.lane_id and l.endpoint_id = ${id} and d.state in ('queued', 'retrying', 'held')
      returning d.id, d.adapter, d.event_id, d.lane_id),
    audited as (
      insert into audit_entries (actor, action, dossier_code, delivery_id, adapter, details)
      select ${actor}, 'delivery.cancelled', e.dossier_code, c.id, c.adapter, jsonb_build_object('event', e.public_id, 'endpoint', ${id}::text, 'by', 'endpoint-disabled')
      from cancelled c join events e on e.id = c.event_id)
    select lane_id::text from cancelled`.execute(tx)
  return { count: rows.length, lanes: await refreshDueAt(tx, [...new Set(rows.map(row => row.lane_id))]) }
}

/** Has the next attempt to an endpoint whose breaker is open made now; the breaker's own schedule goes on from there. */
export async function probeEndpoint (db: Executor, { id, adapter }: { id: string, adapter: string }): Promise<void> {
  await sql`update targets set probe_at = clock_timestamp() where adapter = ${adapter} and unit = ${id} and opened_at is not null`.execute(db)
}

export interface EndpointAlert {
  id: string
  client_id: string
  url: string
  state: 'disabled' | 'failing'
  since: Date
  code: string | null
}

/** One line an endpoint, however many events it misses: those the gateway has disabled, and those whose breaker is open. */
export async function endpointAlerts (db: Executor, limit: number): Promise<EndpointAlert[]> {
  const { rows } = await sql<EndpointAlert>`
    select w.id, w.client_id, w.url, case when w.disabled_at is null then 'failing' else 'disabled' end as state,
      coalesce(w.disabled_at, t.opened_at) as since, coalesce(w.disabled_code, t.code) as code
    from webhook_endpoints w left join targets t on t.adapter = w.adapter and t.unit = w.id
    where w.deleted_at is null and (w.disabled_code is not null or (w.disabled_at is null and t.opened_at is not null))
    order by since limit ${limit}`.execute(db)
  return rows
}
