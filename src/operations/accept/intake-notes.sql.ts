/** What was found about messages that were accepted in a partner's own format, kept with the revision they made. */
import { sql } from 'kysely'
import type { Finding } from '../../model/findings.js'
import type { Executor } from '../../db/open.js'

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

/** One statement, however many. A message that is sent again makes no revision and says nothing new: its note is not repeated. */
export async function recordIntakeNotes (db: Executor, notes: readonly IntakeNote[]): Promise<void> {
  if (notes.length === 0) return
  await sql`
    insert into intake_notes (dossier_id, revision, client_id, adapter, service, findings, extensions)
    select x.id, e.revision, e."clientId", e.adapter, e.service, e.findings, e.extensions
    from jsonb_to_recordset(${JSON.stringify(notes.map((note, n) => ({ ...note, n })))}::jsonb) as e(n integer, "dossierCode" text, revision integer, "clientId" text, adapter text,
      service text, findings jsonb, extensions jsonb)
    join dossiers x on x.code = e."dossierCode"
    where not exists (select from intake_notes o where o.dossier_id = x.id and o.revision = e.revision and o.service = e.service
      and o.client_id = e."clientId" and o.findings = e.findings and o.extensions = e.extensions)
    order by e.n`.execute(db)
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
