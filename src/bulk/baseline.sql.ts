/** Baselines: dossiers recorded as known to the partners, with nothing to send (design §5, day one). */
import { sql } from 'kysely'
import type { DossierOrigin, StepRow } from '../dossier/dossiers.sql.js'
import type { Executor, Tx } from '../db/open.js'
import type { DossierContent } from '../db/tables.js'

export interface Baseline {
  id: string
  /** Of the audit entries. */
  actor: string
  clientId: string
  /** Whose partners are said to hold the dossiers. */
  adapters: readonly string[]
}

export async function beginBaseline (tx: Tx, begun: Omit<Baseline, 'id'>): Promise<Baseline> {
  const { id } = await tx.insertInto('baselines').values({ actor: begun.actor, adapters: [...begun.adapters] })
    .returning('id').executeTakeFirstOrThrow()
  return { id, ...begun }
}

export interface BaselineDossier {
  code: string
  agencyCode: string
  procedureCode: string
  sourceVersion: number | undefined
  dueAt: string | undefined
  eventAt: Date
  /** Without the steps. */
  content: DossierContent
  contentHash: Buffer
  steps: readonly StepRow[]
  origin: DossierOrigin | undefined
  /** Those of the baseline's adapters that are told of it. */
  adapters: readonly string[]
}

/**
 * Records those of the dossiers that are not there yet, each code and each origin once, in one statement: revision 1, its steps, and for
 * each adapter a lane that has delivered it and the confirmations of all steps. No delivery is planned. Returns the codes
 * that were recorded. A push of the same dossier waits for this statement or this one for the push; in the order of the
 * codes, so that two imports cannot wait for each other.
 */
export async function recordBaseline (db: Executor, baseline: Baseline, dossiers: readonly BaselineDossier[]): Promise<Set<string>> {
  const { rows } = await sql<{ code: string }>`
    with line as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(dossiers.map(asRecord))}::jsonb) as e(code text, agency text, procedure text,
        version bigint, due timestamptz, event timestamptz, content jsonb, hash text, steps jsonb, origin jsonb, adapters jsonb)),
    dossier as (
      insert into dossiers (code, client_id, agency_code, procedure_code, revision, source_version, content_hash, due_at, origin_adapter, origin_code)
      select code, ${baseline.clientId}, agency, procedure, 1, version, decode(hash, 'hex'), due, origin->>'adapter', origin->>'code' from line order by code
      on conflict do nothing returning id, code),
    recorded as materialized (select d.id, l.* from dossier d join line l on l.code = d.code),
    revision as (
      insert into revisions (dossier_id, revision, content, content_hash, source_version, client_id, event_at)
      select id, 1, content, decode(hash, 'hex'), version, ${baseline.clientId}, event from recorded),
    step as (
      insert into progress_steps (dossier_id, step_id, revision, occurred_at, content, content_hash)
      select r.id, s.step->>'stepId', 1, (s.step->>'occurredAt')::timestamptz, s.step->'content', decode(s.step->>'hash', 'hex')
      from recorded r, jsonb_array_elements(r.steps) with ordinality as s(step, n) order by r.id, s.n returning id, dossier_id),
    told as materialized (select r.id as dossier_id, a.adapter from recorded r, jsonb_array_elements_text(r.adapters) as a(adapter)),
    lane as (
      insert into lanes (adapter, dossier_id, known_at_partner, confirmed_revision, delivered_revision, baseline_id)
      select adapter, dossier_id, true, 1, 1, ${baseline.id}::bigint from told),
    confirmation as (
      insert into step_confirmations (adapter, step_id, baseline_id)
      select t.adapter, s.id, ${baseline.id}::bigint from step s join told t on t.dossier_id = s.dossier_id),
    audited as (
      insert into audit_entries (actor, action, dossier_code, details)
      select ${baseline.actor}, 'dossier.baseline-imported', code,
             jsonb_build_object('revision', 1, 'steps', jsonb_array_length(steps), 'baseline', ${baseline.id}::text)
      from recorded order by code)
    select code from dossier`.execute(db)
  return new Set(rows.map(row => row.code))
}

function asRecord (dossier: BaselineDossier): Record<string, unknown> {
  return {
    code: dossier.code,
    agency: dossier.agencyCode,
    procedure: dossier.procedureCode,
    version: dossier.sourceVersion ?? null,
    due: dossier.dueAt ?? null,
    event: dossier.eventAt,
    content: dossier.content,
    hash: dossier.contentHash.toString('hex'),
    origin: dossier.origin ?? null,
    adapters: dossier.adapters,
    steps: dossier.steps.map(({ stepId, occurredAt, content, contentHash }) => ({ stepId, occurredAt, content, hash: contentHash.toString('hex') }))
  }
}

export interface StoredDossier {
  code: string
  content_hash: Buffer
  source_version: string | null
  /** Hash of each step, in hexadecimal, by its id. */
  steps: Record<string, string>
  /** Adapters at whose partner the dossier is known. */
  known_at: string[]
  /** How many stored steps each of the adapters has not confirmed; none left out. */
  unconfirmed: Record<string, number>
}

/**
 * What is stored of these dossiers, by code. Confirmations are asked for step by step: joined, and without statistics,
 * they would all be read for each dossier.
 */
export async function storedDossiers (db: Executor, codes: readonly string[], adapters: readonly string[]): Promise<Map<string, StoredDossier>> {
  if (codes.length === 0) return new Map()
  const { rows } = await sql<StoredDossier>`
    select x.code, x.content_hash, x.source_version,
      coalesce((select jsonb_object_agg(s.step_id, encode(s.content_hash, 'hex')) from progress_steps s where s.dossier_id = x.id), '{}') as steps,
      coalesce((select jsonb_agg(l.adapter) from lanes l
        where l.dossier_id = x.id and l.adapter = any(${adapters}::text[]) and l.known_at_partner), '[]') as known_at,
      (select coalesce(jsonb_object_agg(a.id, (
         select count(*) from progress_steps s where s.dossier_id = x.id
           and (select c.step_id from step_confirmations c where c.adapter = a.id and c.step_id = s.id) is null)), '{}')
       from unnest(${adapters}::text[]) as a(id)) as unconfirmed
    from dossiers x where x.code = any(${codes}::text[])`.execute(db)
  return new Map(rows.map(row => [row.code, row]))
}

/**
 * Has the server count anew what an import has filled. It would by itself within minutes; until then it takes the tables
 * for small and reads all confirmations for each attempt of a delivery.
 */
export async function refreshStatistics (db: Executor): Promise<void> {
  await sql`analyze dossiers, revisions, progress_steps, lanes, step_confirmations`.execute(db)
}
