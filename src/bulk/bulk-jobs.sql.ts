/** Imports of bulk intake: who works on one, and how far it came (`migrations/0013-imports.sql`). */
import { sql } from 'kysely'
import type { ProblemItem } from '../base/problem.js'
import type { Database, Executor, Tx } from '../db/open.js'

export interface BulkJobKey {
  clientId: string
  /** The sender's own name for it. */
  id: string
}

export interface BulkJobLease extends BulkJobKey {
  token: string
  seconds: number
}

/** What is committed. */
export interface BulkProgress {
  /** Number of the last line; blank ones count. */
  line: number
  /** Of all lines up to that one, each with its line feed. */
  bytes: number
  sha256: Buffer
  accepted: number
  unchanged: number
  rejected: number
  steps: number
}

export type BulkJobClaim =
  | { kind: 'claimed', progress: BulkProgress, ended: boolean }
  /** Another request has it; asking again is worth while then at the earliest. */
  | { kind: 'busy', seconds: number }

/** Begins an import, or takes up one that nobody works on. */
export async function claimBulkJob (db: Database, lease: BulkJobLease, empty: Buffer): Promise<BulkJobClaim> {
  const { rows: [row] } = await sql<StoredProgress & { ended_at: Date | null }>`
    insert into imports (client_id, id, sha256, lease_token, lease_until)
    values (${lease.clientId}, ${lease.id}, ${empty}, ${lease.token}::uuid, clock_timestamp() + make_interval(secs => ${lease.seconds}))
    on conflict (client_id, id) do update set lease_token = excluded.lease_token, lease_until = excluded.lease_until
    where imports.lease_until is null or imports.lease_until <= clock_timestamp()
    returning line, bytes, sha256, accepted, unchanged, rejected, steps, ended_at`.execute(db)
  if (row !== undefined) return { kind: 'claimed', progress: progressOf(row), ended: row.ended_at !== null }
  const { rows: [busy] } = await sql<{ seconds: number | null }>`
    select ceil(extract(epoch from lease_until - clock_timestamp()))::int as seconds from imports
    where client_id = ${lease.clientId} and id = ${lease.id}`.execute(db)
  return { kind: 'busy', seconds: Math.max(busy?.seconds ?? 1, 1) }
}

export async function renewBulkJob (db: Executor, lease: BulkJobLease): Promise<void> {
  await sql`
    update imports set lease_until = clock_timestamp() + make_interval(secs => ${lease.seconds})
    where client_id = ${lease.clientId} and id = ${lease.id} and lease_token = ${lease.token}::uuid`.execute(db)
}

/** A line that was not accepted. */
export interface RejectedLine {
  line: number
  dossierCode: string | null
  errors: readonly ProblemItem[]
}

/** Moves the import on, in the transaction of the batch; false if another request has taken it up: the batch must not commit. */
export async function advanceBulkJob (tx: Tx, lease: BulkJobLease, { progress, rejected }: { progress: BulkProgress, rejected: readonly RejectedLine[] }): Promise<boolean> {
  const { rows } = await sql`
    with moved as (
      update imports set line = ${progress.line}, bytes = ${progress.bytes}, sha256 = ${progress.sha256}, accepted = ${progress.accepted},
        unchanged = ${progress.unchanged}, rejected = ${progress.rejected}, steps = ${progress.steps}, updated_at = clock_timestamp(),
        lease_until = clock_timestamp() + make_interval(secs => ${lease.seconds})
      where client_id = ${lease.clientId} and id = ${lease.id} and lease_token = ${lease.token}::uuid
      returning client_id, id),
    told as (
      insert into import_rejections (client_id, import_id, line, dossier_code, errors)
      select m.client_id, m.id, e.line, e.code, e.errors::json
      from moved m, unnest(${rejected.map(({ line }) => line)}::bigint[], ${rejected.map(({ dossierCode }) => dossierCode)}::text[],
        ${rejected.map(({ errors }) => JSON.stringify(errors))}::text[]) as e(line, code, errors))
    select from moved`.execute(tx)
  return rows.length === 1
}

/** Lets go of it. One of which nothing was committed leaves no trace. */
export async function releaseBulkJob (tx: Tx, lease: BulkJobLease, complete: boolean): Promise<void> {
  await sql`
    update imports set lease_token = null, lease_until = null, updated_at = clock_timestamp(),
      ended_at = case when ${complete} then coalesce(ended_at, clock_timestamp()) else ended_at end
    where client_id = ${lease.clientId} and id = ${lease.id} and lease_token = ${lease.token}::uuid`.execute(tx)
  if (complete) return
  await sql`
    delete from imports where client_id = ${lease.clientId} and id = ${lease.id} and line = 0 and ended_at is null and lease_token is null`.execute(tx)
}

export interface StoredBulkJob extends BulkProgress {
  id: string
  begunAt: Date
  updatedAt: Date
  endedAt: Date | null
  running: boolean
}

export async function findBulkJob (db: Executor, key: BulkJobKey): Promise<StoredBulkJob | undefined> {
  const { rows: [row] } = await sql<StoredProgress & { begun_at: Date, updated_at: Date, ended_at: Date | null, running: boolean }>`
    select line, bytes, sha256, accepted, unchanged, rejected, steps, begun_at, updated_at, ended_at,
           coalesce(lease_until > clock_timestamp(), false) as running
    from imports where client_id = ${key.clientId} and id = ${key.id}`.execute(db)
  if (row === undefined) return undefined
  return { id: key.id, ...progressOf(row), begunAt: row.begun_at, updatedAt: row.updated_at, endedAt: row.ended_at, running: row.running }
}

export async function rejectedLines (db: Executor, key: BulkJobKey, { after, limit }: { after: number, limit: number }): Promise<RejectedLine[]> {
  const { rows } = await sql<{ line: string, dossier_code: string | null, errors: ProblemItem[] }>`
    select line, dossier_code, errors from import_rejections
    where client_id = ${key.clientId} and import_id = ${key.id} and line > ${after} order by line limit ${limit}`.execute(db)
  return rows.map(row => ({ line: Number(row.line), dossierCode: row.dossier_code, errors: row.errors }))
}

const BULK_JOB_DAYS = 30

/** Removes imports that nobody has touched for long, a bounded number at once. */
export async function forgetOldBulkJobs (db: Database, limit: number): Promise<void> {
  await sql`
    delete from imports where (client_id, id) in (
      select client_id, id from imports
      where updated_at < now() - make_interval(days => ${BULK_JOB_DAYS}) and coalesce(lease_until <= now(), true) limit ${limit})`.execute(db)
}

/** bigint arrives as text; a count of lines or bytes is far below 2^53. */
type StoredProgress = { [name in Exclude<keyof BulkProgress, 'sha256'>]: string } & { sha256: Buffer }

function progressOf (row: StoredProgress): BulkProgress {
  return {
    line: Number(row.line),
    bytes: Number(row.bytes),
    sha256: row.sha256,
    accepted: Number(row.accepted),
    unchanged: Number(row.unchanged),
    rejected: Number(row.rejected),
    steps: Number(row.steps)
  }
}
