/** `GET /v1/dossiers/{code}/timeline`: the audit entries of a dossier, and the calls that were made for it. */
import { toHanoi } from '../../model/dates.js'
import type { Database } from '../../db/open.js'
import { dossierAudit, type AuditRow } from '../../db/audit.js'
import { dossierExchanges, findDossier, type ExchangeRow } from '../../operations/deliver/reading.sql.js'
import { dossierNotFound } from '../../dossier/problems.js'

/** A dossier with more history than this is looked into through the audit feed. */
const ENTRIES_SHOWN = 1000

export async function timelineAnswer (db: Database, code: string): Promise<Record<string, unknown>> {
  const dossier = await findDossier(db, code)
  if (dossier === undefined) throw dossierNotFound()
  const [entries, calls] = await Promise.all([dossierAudit(db, code, ENTRIES_SHOWN), dossierExchanges(db, dossier.id, ENTRIES_SHOWN)])
  return { code, entries: entries.map(auditView), calls: calls.map(callView) }
}

export function auditView (row: AuditRow): Record<string, unknown> {
  return {
    id: row.id,
    at: toHanoi(row.at),
    actor: row.actor,
    action: row.action,
    dossierCode: row.dossier_code,
    deliveryId: row.delivery_id,
    adapter: row.adapter,
    details: row.details
  }
}

function callView (row: ExchangeRow): Record<string, unknown> {
  return {
    deliveryId: row.delivery_id,
    attempt: row.attempt,
    operation: row.operation,
    mode: row.mode,
    sentAt: toHanoi(row.sent_at),
    endedAt: row.ended_at === null ? null : toHanoi(row.ended_at),
    elapsedMs: row.ended_at === null ? null : row.ended_at.getTime() - row.sent_at.getTime(),
    verdict: row.verdict,
    rule: row.rule,
    code: row.code,
    words: row.words,
    status: row.status
  }
}
