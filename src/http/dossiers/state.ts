/** What became of a dossier; that it was looked at is audited. */
import { procedureVersion } from '../../catalogue/pinned.js'
import { recordAudit } from '../../db/audit.js'
import { intakeNotes } from '../../operations/accept/intake-notes.sql.js'
import { findDossier, listDeliveries } from '../../operations/deliver/reading.sql.js'
import { dossierAdapters } from '../../adapters/dossier-adapters.js'
import { dossierNotFound } from '../../dossier/problems.js'
import type { Need } from '../needs.js'
import { deliveryView, dossierView, intakeNoteView } from '../deliveries/views.js'

const DELIVERIES_SHOWN = 200
const NOTES_SHOWN = 20

export async function dossierState (services: Need<'adapters' | 'books' | 'db'>, code: string, clientId: string): Promise<Record<string, unknown>> {
  const row = await findDossier(services.db, code)
  if (row === undefined) throw dossierNotFound()
  const deliveries = await listDeliveries(services.db, { dossierCode: row.code, subject: 'dossier', limit: DELIVERIES_SHOWN })
  await recordAudit(services.db, [{ actor: `client:${clientId}`, action: 'dossier.viewed', dossierCode: row.code }])
  const { procedure, receivedAt } = row.content
  const adapters = [...dossierAdapters(services.adapters).values()]
  const bookOf = await services.books.refresh(adapters)
  const version = await procedureVersion(services.db, { procedureCode: procedure.code, receivedAt, adapters, bookOf })
  const notes = await intakeNotes(services.db, row.id, NOTES_SHOWN)
  return {
    ...dossierView(row),
    procedureVersion: version,
    deliveries: deliveries.map(delivery => deliveryView(delivery, services.adapters)),
    intakeNotes: notes.map(intakeNoteView)
  }
}
