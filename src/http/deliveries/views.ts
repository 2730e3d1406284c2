/** Rows as the API shows them: times in +07:00, ids as text, no applicant data. */
import { toHanoi } from '../../model/dates.js'
import { present } from '../../model/present.js'
import type { CauseRow } from '../../operations/deliver/causes.sql.js'
import type { IntakeNoteRow } from '../../operations/accept/intake-notes.sql.js'
import type { DeliveryRow, DossierRow } from '../../operations/deliver/reading.sql.js'
import { nextAttempt } from '../../operations/deliver/next-attempt.js'
import type { Need } from '../needs.js'

export function dossierView (row: DossierRow): Record<string, unknown> {
  const { status = null, localStatus, procedure, agency, dueAt } = row.content
  return {
    code: row.code,
    revision: row.revision,
    sourceVersion: row.source_version,
    status,
    ...present({ localStatus }),
    procedureCode: procedure.code,
    agencyCode: agency.code,
    dueAt: dueAt === undefined ? null : toHanoi(dueAt),
    clientId: row.client_id,
    createdAt: toHanoi(row.created_at),
    acceptedAt: toHanoi(row.accepted_at)
  }
}

/** Of what was kept beside the dossier only the places: the values may be personal. */
export function intakeNoteView ({ revision, adapter, service, client_id: clientId, findings, extensions, accepted_at: acceptedAt }: IntakeNoteRow): Record<string, unknown> {
  return { revision, acceptedAt: toHanoi(acceptedAt), adapter, service, clientId, findings, extensions }
}

/** `adapters`: for their quiet hours. */
export function deliveryView (row: DeliveryRow, adapters: Need<'adapters'>['adapters']): Record<string, unknown> {
  const { at, waitsFor } = nextAttempt(row, adapters.get(row.adapter)?.retry.quietHours ?? [])
  return {
    id: row.id,
    adapter: row.adapter,
    dossierCode: row.dossier_code,
    ...(row.event_id === null ? { revision: row.revision } : { revision: null, event: { id: row.event, type: row.event_type }, endpoint: row.endpoint_id }),
    state: row.state,
    attempts: row.attempts,
    plannedAt: toHanoi(row.planned_at),
    nextAttemptAt: at === null ? null : toHanoi(at),
    ...present({ waitsFor }),
    ...(waitsFor === 'delivery' ? { blockedBy: row.blocked_by } : {}),
    endedAt: row.ended_at === null ? null : toHanoi(row.ended_at),
    lastFailure: row.failure === null ? null : { kind: row.failure_kind, code: row.failure_code, fingerprint: row.fingerprint, ...row.failure }
  }
}

/** The words are those of the example: they may differ from victim to victim in numbers and codes. */
export function causeView (row: CauseRow): Record<string, unknown> {
  const { words, message, messageEn, cure, cureEn } = row.failure
  return {
    fingerprint: row.fingerprint,
    adapter: row.adapter,
    kind: row.failure_kind,
    code: row.failure_code,
    count: row.count,
    states: row.states,
    firstAt: toHanoi(row.first_at),
    lastAt: toHanoi(row.last_at),
    example: { deliveryId: row.example_id, dossierCode: row.example_dossier, words },
    message,
    messageEn,
    cure,
    cureEn
  }
}
