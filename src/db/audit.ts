/**
 * The audit log: one row per fact, written by the transaction that makes the fact true, never changed.
 * Details hold ids, counts and codes; no personal data beyond the dossier code.
 */
import { sql, type SqlBool } from 'kysely'
import type { Executor } from './open.js'

/** Facts that are logged. The list is closed: a new fact is a new name here. */
export type AuditAction =
  | 'dossier.accepted' | 'dossier.unchanged' | 'dossier.baseline-imported' | 'dossier.viewed' | 'dossier.timeline-viewed'
  | 'delivery.planned' | 'delivery.superseded' | 'delivery.attempted' | 'delivery.interrupted'
  | 'delivery.possible-duplicate' | 'delivery.delivered' | 'delivery.retrying' | 'delivery.refused'
  | 'delivery.failed' | 'delivery.held' | 'delivery.redriven' | 'delivery.cancelled'
  | 'baseline.begun' | 'baseline.ended' | 'baseline.checked' | 'import.ended'
  | 'delivery.resolved' | 'delivery.viewed'
  | 'adapter.paused' | 'adapter.resumed' | 'adapter.tested'
  | 'target.opened' | 'target.closed' | 'target.probe-asked'
  | 'codes.row-added' | 'codes.row-changed' | 'codes.row-removed'
  | 'catalogue.pulled'
  | 'redrive.created' | 'redrive.paused' | 'redrive.resumed' | 'redrive.cancelled' | 'redrive.done'
  | 'reconciliation.started' | 'reconciliation.done' | 'reconciliation.cancelled'
  | 'inbound.accepted' | 'inbound.duplicate' | 'inbound.refused' | 'inbound.acknowledged' | 'inbound.answered' | 'inbound.viewed'
  | 'payment.requested' | 'payment.viewed'
  | 'file.uploaded' | 'file.viewed' | 'file.removed'
  | 'client.session-opened' | 'question.passed-on'
  | 'endpoint.created' | 'endpoint.changed' | 'endpoint.disabled' | 'endpoint.enabled' | 'endpoint.deleted'
  | 'endpoint.secret-rotated' | 'endpoint.secret-viewed' | 'endpoint.tested' | 'endpoint.replayed'
  | 'client.key-created' | 'client.key-revoked' | 'audit.viewed'

export interface AuditEntry {
  /** `client:<id>`, `partner:<adapter>`, `worker:<instance>`, `operator:<name>`, `link:<key that signed it>` or `gateway`. */
  actor: string
  action: AuditAction
  dossierCode?: string
  deliveryId?: string
  adapter?: string
  details?: Readonly<Record<string, unknown>>
}

/** One statement, however many entries. */
export async function recordAudit (db: Executor, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return
  await sql`
    insert into audit_entries (actor, action, dossier_code, delivery_id, adapter, details)
    select e.actor, e.action, e."dossierCode", e."deliveryId", e.adapter, coalesce(e.details, '{}')
    from jsonb_to_recordset(${JSON.stringify(entries)}::jsonb)
      as e(actor text, action text, "dossierCode" text, "deliveryId" bigint, adapter text, details jsonb)`.execute(db)
}

export interface AuditRow {
  id: string
  xid: string
  at: Date
  actor: string
  action: string
  dossier_code: string | null
  delivery_id: string | null
  adapter: string | null
  details: Record<string, unknown>
}

export interface AuditCursor {
  xid: string
  id: string
}

export interface AuditFilter {
  after?: AuditCursor | undefined
  dossierCode?: string | undefined
  action?: string | undefined
  limit: number
}

/**
 * Entries in commit-safe order: only those whose transaction began before every one that still runs, so that a cursor
 * never passes over an entry that commits late (design §2.12).
 */
export async function listAudit (db: Executor, filter: AuditFilter): Promise<AuditRow[]> {
  const { rows } = await sql<AuditRow>`
    select id, xid::text as xid, at, actor, action, dossier_code, delivery_id, adapter, details
    from audit_entries
    where xid < pg_snapshot_xmin(pg_current_snapshot())
      and ${filter.after === undefined ? sql<SqlBool>`true` : sql<SqlBool>`(xid, id) > (${filter.after.xid}::xid8, ${filter.after.id}::bigint)`}
      and ${filter.dossierCode === undefined ? sql<SqlBool>`true` : sql<SqlBool>`dossier_code = ${filter.dossierCode}`}
      and ${filter.action === undefined ? sql<SqlBool>`true` : sql<SqlBool>`action = ${filter.action}`}
    -- Qualified: a bare xid would be the text of the answer, and "999" comes after "1000".
    order by audit_entries.xid, audit_entries.id limit ${filter.limit}`.execute(db)
  return rows
}

/** Every entry of one dossier, oldest first; one's own writes included. */
export async function dossierAudit (db: Executor, code: string, limit: number): Promise<AuditRow[]> {
  const { rows } = await sql<AuditRow>`
    select id, xid::text as xid, at, actor, action, dossier_code, delivery_id, adapter, details
    from audit_entries where dossier_code = ${code} order by id limit ${limit}`.execute(db)
  return rows
}
