/** What was found about messages that were accepted in a partner's own format, kept with the revision they made. */
import { sql } from 'kysely'
import type { Finding } from '../adapter-kit/findings.js'
import type { Executor } from './open.js'

export interface Extension {
  /** JSON pointer into the message's item. */
  pointer: string
  value: unknown
}

export interface IntakeNote {
  dossierCode: string
  revision: number
  clientId: string
  adapter: string
  service: string
  findings: readonly Finding[]
  extensions: readonly Extension[]
}

/** A message that is sent again makes no revision and says nothing new: its note is not repeated. */
export async function recordIntakeNote (db: Executor, note: IntakeNote): Promise<void> {
  const { dossierCode, revision, clientId, adapter, service } = note
  const [findings, extensions] = [JSON.stringify(note.findings), JSON.stringify(note.extensions)]
  await sql`
    insert into intake_notes (dossier_id, revision, client_id, adapter, service, findings, extensions)
    select id, ${revision}, ${clientId}, ${adapter}, ${service}, ${findings}::jsonb, ${extensions}::jsonb
    from dossiers x where code = ${dossierCode} and not exists (select from intake_notes n
      where n.dossier_id = x.id and n.revision = ${revision} and n.service = ${service} and n.client_id = ${clientId}
        and n.findings = ${findings}::jsonb and n.extensions = ${extensions}::jsonb)`.execute(db)
}

export interface IntakeNoteRow {
  revision: number
  client_id: string
  adapter: string
  service: string
  findings: Finding[]
  /** Where the first hundred extensions stood; what they say may be personal. */
  extensions: string[]
  accepted_at: Date
}

/** The newest first. */
export async function intakeNotes (db: Executor, dossierId: string, limit: number): Promise<IntakeNoteRow[]> {
  const { rows } = await sql<IntakeNoteRow>`
    select revision, client_id, adapter, service, findings, jsonb_path_query_array(extensions, '$[0 to 99].pointer') as extensions, accepted_at
    from intake_notes where dossier_id = ${dossierId} order by id desc limit ${limit}`.execute(db)
  return rows
}
