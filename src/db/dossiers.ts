/** Dossiers, their revisions and progress steps: what a push writes. */
import { sql } from 'kysely'
import { sqlState, type Executor, type Tx } from './open.js'

export interface LockedDossier {
  id: string
  revision: number
  source_version: string | null
  content_hash: Buffer
  inserted: boolean
  /** The national system at which it was filed, and its code there. */
  origin: DossierOrigin | null
}

export interface DossierOrigin {
  adapter: string
  code: string
}

export interface NewDossier {
  code: string
  clientId: string
  agencyCode: string
  procedureCode: string
  origin: DossierOrigin | undefined
}

/** Another dossier has this origin. */
export class OriginTaken extends Error {
  constructor () {
    super('another dossier has this origin')
    this.name = 'OriginTaken'
  }
}

/** Finds or makes the dossier and locks it, so that pushes of one dossier go one after the other. */
export async function lockDossier (tx: Tx, dossier: NewDossier): Promise<LockedDossier> {
  const { rows: [row] } = await sql<LockedDossier>`
    insert into dossiers (code, client_id, agency_code, procedure_code, revision, content_hash, origin_adapter, origin_code)
    values (${dossier.code}, ${dossier.clientId}, ${dossier.agencyCode}, ${dossier.procedureCode}, 0, ''::bytea,
            ${dossier.origin?.adapter ?? null}, ${dossier.origin?.code ?? null})
    on conflict (code) do update set code = excluded.code
    returning id, revision, source_version, content_hash, revision = 0 as inserted, ${ORIGIN} as origin`.execute(tx)
    .catch((error: unknown) => { throw isOriginTaken(error) ? new OriginTaken() : error })
  if (row === undefined) throw new Error('the upsert of a dossier returned no row')
  return row
}

const ORIGIN = sql`case when origin_adapter is not null then jsonb_build_object('adapter', origin_adapter, 'code', origin_code) end`

function isOriginTaken (error: unknown): boolean {
  return sqlState(error) === '23505' && (error as { constraint?: string }).constraint === 'dossiers_origin'
}

/**
 * Locks a dossier and reads its newest content. In two statements: one that joined the revision would, after waiting for
 * the lock, look for a revision that its older snapshot does not have, and find no dossier.
 */
export async function lockExistingDossier (tx: Tx, code: string): Promise<(LockedDossier & { content: Record<string, unknown> }) | undefined> {
  const { rows: [locked] } = await sql<LockedDossier>`
    select id, revision, source_version, content_hash, false as inserted, ${ORIGIN} as origin from dossiers where code = ${code} for update`.execute(tx)
  if (locked === undefined) return undefined
  const { content } = await tx.selectFrom('revisions').select('content')
    .where('dossier_id', '=', locked.id).where('revision', '=', locked.revision).executeTakeFirstOrThrow()
  return { ...locked, content }
}

export interface NewRevision {
  dossierId: string
  revision: number
  content: Record<string, unknown>
  contentHash: Buffer
  sourceVersion: number | undefined
  clientId: string
  eventAt: Date
  agencyCode: string
  procedureCode: string
  dueAt: string | undefined
}

/** Writes the revision with its new steps and points the dossier at it. One round trip. */
export async function insertRevision (tx: Tx, next: NewRevision, steps: readonly StepRow[]): Promise<void> {
  const sourceVersion = next.sourceVersion === undefined ? null : String(next.sourceVersion)
  await sql`
    with current as (
      update dossiers set revision = ${next.revision}, content_hash = ${next.contentHash}, updated_at = now(),
        source_version = coalesce(${sourceVersion}::bigint, source_version), agency_code = ${next.agencyCode},
        procedure_code = ${next.procedureCode}, due_at = ${next.dueAt ?? null}
      where id = ${next.dossierId} returning id),
    revision as (
      insert into revisions (dossier_id, revision, content, content_hash, source_version, client_id, event_at)
      select id, ${next.revision}, ${JSON.stringify(next.content)}::jsonb, ${next.contentHash}, ${sourceVersion}::bigint,
             ${next.clientId}, ${next.eventAt} from current
      returning dossier_id, revision)
    insert into progress_steps (dossier_id, step_id, revision, occurred_at, content, content_hash)
    select r.dossier_id, s.step->>'stepId', r.revision, (s.step->>'occurredAt')::timestamptz, s.step->'content', decode(s.step->>'hash', 'hex')
    from revision r, jsonb_array_elements(${JSON.stringify(steps.map(asRecord))}::jsonb) with ordinality as s(step, n)
    order by s.n`.execute(tx)
}

function asRecord ({ stepId, occurredAt, content, contentHash }: StepRow): Record<string, unknown> {
  return { stepId, occurredAt, content, hash: contentHash.toString('hex') }
}

export async function setSourceVersion (tx: Tx, dossierId: string, sourceVersion: number): Promise<void> {
  await tx.updateTable('dossiers').set({ source_version: String(sourceVersion) }).where('id', '=', dossierId).execute()
}

export interface StepRow {
  stepId: string
  occurredAt: string
  content: Record<string, unknown>
  contentHash: Buffer
}

/** Which of the steps the dossier already has, with the hash each has there. */
export async function knownSteps (tx: Executor, dossierId: string, stepIds: readonly string[]): Promise<Map<string, Buffer>> {
  if (stepIds.length === 0) return new Map()
  const rows = await tx.selectFrom('progress_steps').select(['step_id', 'content_hash'])
    .where('dossier_id', '=', dossierId).where('step_id', 'in', [...stepIds]).execute()
  return new Map(rows.map(row => [row.step_id, row.content_hash]))
}
