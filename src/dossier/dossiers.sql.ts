/** Dossiers, their revisions and progress steps: what a push writes. */
import { sql } from 'kysely'
import { sqlState, type Executor, type Tx } from '../db/open.js'
import type { DossierContent, StepContent } from '../db/tables.js'

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
  agencyCode: string
  procedureCode: string
  origin: DossierOrigin | undefined
}

/** Another dossier has one of the origins; it was pushed at the same time. */
export class OriginTaken extends Error {
  constructor () {
    super('another dossier has this origin')
    this.name = 'OriginTaken'
  }
}

const ORIGIN = sql`case when origin_adapter is not null then jsonb_build_object('adapter', origin_adapter, 'code', origin_code) end`

function isOriginTaken (error: unknown): boolean {
  return sqlState(error) === '23505' && (error as { constraint?: string }).constraint === 'dossiers_origin'
}

/** Codes of the dossiers that have these origins, by `adapter code`. */
export async function originOwners (tx: Executor, origins: readonly DossierOrigin[]): Promise<Map<string, string>> {
  if (origins.length === 0) return new Map()
  const { rows } = await sql<DossierOrigin & { dossier: string }>`
    select o.adapter, o.code, x.code as dossier
    from jsonb_to_recordset(${JSON.stringify(origins)}::jsonb) as o(adapter text, code text)
    join dossiers x on x.origin_adapter = o.adapter and x.origin_code = o.code`.execute(tx)
  return new Map(rows.map(({ adapter, code, dossier }) => [`${adapter} ${code}`, dossier]))
}

/**
 * Finds or makes the dossiers, each code once, and locks them, so that pushes of one dossier go one after the other. In the
 * order of the codes, so that two that lock several cannot wait for each other.
 */
export async function lockDossiers (tx: Tx, clientId: string, dossiers: readonly NewDossier[]): Promise<Map<string, LockedDossier>> {
  const { rows } = await sql<LockedDossier & { code: string }>`
    insert into dossiers (code, client_id, agency_code, procedure_code, revision, content_hash, origin_adapter, origin_code)
    select e.code, ${clientId}, e."agencyCode", e."procedureCode", 0, ''::bytea, e.origin->>'adapter', e.origin->>'code'
    from jsonb_to_recordset(${JSON.stringify(dossiers)}::jsonb) as e(code text, "agencyCode" text, "procedureCode" text, origin jsonb) order by e.code
    on conflict (code) do update set code = excluded.code
    returning code, id, revision, source_version, content_hash, revision = 0 as inserted, ${ORIGIN} as origin`.execute(tx)
    .catch((error: unknown) => { throw isOriginTaken(error) ? new OriginTaken() : error })
  return new Map(rows.map(({ code, ...locked }) => [code, locked]))
}

/**
 * Locks a dossier and reads its newest content. In two statements: one that joined the revision would, after waiting for
 * the lock, look for a revision that its older snapshot does not have, and find no dossier.
 */
export async function lockExistingDossier (tx: Tx, code: string): Promise<(LockedDossier & { content: DossierContent }) | undefined> {
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
  content: DossierContent
  contentHash: Buffer
  sourceVersion: number | undefined
  eventAt: Date
  agencyCode: string
  procedureCode: string
  dueAt: string | undefined
  /** Those that are new. */
  steps: readonly StepRow[]
}

/** Writes the revisions, one a dossier, with their new steps and points the dossiers at them. One round trip. */
export async function insertRevisions (tx: Tx, clientId: string, revisions: readonly NewRevision[]): Promise<void> {
  await sql`
    with line as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(revisions.map(asRecord))}::jsonb) as e("dossierId" bigint, revision integer,
        content jsonb, hash text, version bigint, event timestamptz, agency text, procedure text, due timestamptz, steps jsonb)),
    current as (
      update dossiers x set revision = l.revision, content_hash = decode(l.hash, 'hex'), updated_at = now(),
        source_version = coalesce(l.version, x.source_version), agency_code = l.agency, procedure_code = l.procedure, due_at = l.due
      from line l where x.id = l."dossierId" returning x.id),
    revision as (
      insert into revisions (dossier_id, revision, content, content_hash, source_version, client_id, event_at)
      select c.id, l.revision, l.content, decode(l.hash, 'hex'), l.version, ${clientId}, l.event
      from current c join line l on l."dossierId" = c.id
      returning dossier_id, revision)
    insert into progress_steps (dossier_id, step_id, revision, occurred_at, content, content_hash)
    select r.dossier_id, s.step->>'stepId', r.revision, (s.step->>'occurredAt')::timestamptz, s.step->'content', decode(s.step->>'hash', 'hex')
    from revision r join line l on l."dossierId" = r.dossier_id, jsonb_array_elements(l.steps) with ordinality as s(step, n)
    order by r.dossier_id, s.n`.execute(tx)
}

function asRecord (next: NewRevision): Record<string, unknown> {
  return {
    dossierId: next.dossierId,
    revision: next.revision,
    content: next.content,
    hash: next.contentHash.toString('hex'),
    version: next.sourceVersion ?? null,
    event: next.eventAt,
    agency: next.agencyCode,
    procedure: next.procedureCode,
    due: next.dueAt ?? null,
    steps: next.steps.map(({ stepId, occurredAt, content, contentHash }) => ({ stepId, occurredAt, content, hash: contentHash.toString('hex') }))
  }
}

export interface NewVersion {
  dossierId: string
  sourceVersion: number
}

export async function setSourceVersions (tx: Tx, versions: readonly NewVersion[]): Promise<void> {
  if (versions.length === 0) return
  await sql`
    update dossiers x set source_version = e."sourceVersion"
    from jsonb_to_recordset(${JSON.stringify(versions)}::jsonb) as e("dossierId" bigint, "sourceVersion" bigint)
    where x.id = e."dossierId"`.execute(tx)
}

export interface StepRow {
  stepId: string
  occurredAt: string
  content: StepContent
  contentHash: Buffer
}

export interface WantedSteps {
  dossierId: string
  stepIds: readonly string[]
}

/** By dossier: which of the steps it already has, with the hash each has there. */
export async function knownSteps (tx: Executor, wanted: readonly WantedSteps[]): Promise<Map<string, Map<string, Buffer>>> {
  const known = new Map(wanted.map(({ dossierId }) => [dossierId, new Map<string, Buffer>()]))
  if (wanted.every(({ stepIds }) => stepIds.length === 0)) return known
  const { rows } = await sql<{ dossier_id: string, step_id: string, content_hash: Buffer }>`
    select e."dossierId" as dossier_id, s.step_id, s.content_hash
    from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) as e("dossierId" bigint, "stepIds" jsonb),
      -- Offset 0: dossier by dossier. Joined, and without statistics, all steps that there are would be read.
      lateral (select step_id, content_hash from progress_steps where dossier_id = e."dossierId" and e."stepIds" ? step_id offset 0) s`.execute(tx)
  for (const row of rows) known.get(row.dossier_id)?.set(row.step_id, row.content_hash)
  return known
}

/** Which of the codes are dossiers that a province pushed. */
export async function knownCodes (db: Executor, codes: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ code: string }>`select code from dossiers where code = any(${codes}::text[])`.execute(db)
  return new Set(rows.map(({ code }) => code))
}
