/** Uploaded files, their contents and who refers to them. */
import { sql } from 'kysely'
import type { Executor, Tx } from '../db/open.js'

export interface NewFile {
  clientId: string
  /** Hexadecimal. */
  sha256: string
  size: number
  type: string
  name: string
}

export interface FileRow {
  id: string
  /** Hexadecimal. */
  sha256: string
  size: string
  type: string
  name: string
  uploaded_at: Date
}

/** Says that a content is, or is about to be, in the storage. Locks it until the transaction's end. */
export async function rememberBlob (db: Executor, { sha256, size }: Pick<NewFile, 'sha256' | 'size'>): Promise<void> {
  await sql`insert into file_blobs (sha256, size) values (decode(${sha256}, 'hex'), ${size})
    on conflict (sha256) do update set stored_at = now()`.execute(db)
}

/** The same upload again is the same file, and is as good as new to the janitor. */
export async function insertFile (tx: Tx, { clientId, sha256, type, name }: NewFile): Promise<FileRow & { inserted: boolean }> {
  const { rows: [row] } = await sql<FileRow & { inserted: boolean }>`
    insert into files as f (client_id, sha256, type, name) values (${clientId}, decode(${sha256}, 'hex'), ${type}, ${name})
    on conflict (client_id, sha256, type, name) do update set uploaded_at = now()
    returning id, encode(sha256, 'hex') as sha256, (select size from file_blobs b where b.sha256 = f.sha256) as size, type, name, uploaded_at,
      xmax = 0 as inserted`.execute(tx)
  if (row === undefined) throw new Error('the upsert of a file returned no row')
  return row
}

export async function findFile (db: Executor, id: string): Promise<FileRow | undefined> {
  const { rows: [row] } = await sql<FileRow>`
    select f.id, encode(f.sha256, 'hex') as sha256, b.size, f.type, f.name, f.uploaded_at
    from files f join file_blobs b using (sha256) where f.id = ${id}`.execute(db)
  return row
}

export interface FileUse {
  clientId: string
  dossierCode: string
}

/**
 * Which of the files the client may put into the dossier: its own, and those that are in it already. What was found stays
 * until the transaction's end: the janitor passes over it.
 */
export async function lockUsableFiles (db: Executor, ids: readonly string[], { clientId, dossierCode }: FileUse): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select f.id from files f
    where f.id = any(${ids}::uuid[])
      and (f.client_id = ${clientId} or exists (
        select from file_references r join dossiers d on d.id = r.dossier_id where r.file_id = f.id and d.code = ${dossierCode}))
    for key share of f`.execute(db)
  return new Set(rows.map(({ id }) => id))
}

export async function referToFiles (tx: Tx, ids: readonly string[], { dossierId, revision }: { dossierId: string, revision: number }): Promise<void> {
  await sql`insert into file_references (file_id, dossier_id, revision)
    select distinct id, ${dossierId}::bigint, ${revision}::integer from unnest(${ids}::uuid[]) as id
    on conflict do nothing`.execute(tx)
}

/** Undefined: the dossier does not refer to it. */
export async function fileOfDossier (db: Executor, id: string, dossierCode: string): Promise<FileRow | undefined> {
  const { rows: [row] } = await sql<FileRow>`
    select f.id, encode(f.sha256, 'hex') as sha256, b.size, f.type, f.name, f.uploaded_at
    from files f join file_blobs b using (sha256) join file_references r on r.file_id = f.id join dossiers d on d.id = r.dossier_id
    where f.id = ${id} and d.code = ${dossierCode}`.execute(db)
  return row
}

/** Hexadecimal hashes of contents that dossiers refer to, the newest first. */
export async function referencedContents (db: Executor, limit: number): Promise<string[]> {
  const { rows } = await sql<{ sha256: string }>`
    select encode(b.sha256, 'hex') as sha256 from file_blobs b
    where exists (select from files f join file_references r on r.file_id = f.id where f.sha256 = b.sha256)
    order by b.stored_at desc limit ${limit}`.execute(db)
  return rows.map(({ sha256 }) => sha256)
}

/** Dossiers in whose history a look at the file belongs; a paper of very many is no single dossier's. */
export async function dossiersOfFile (db: Executor, id: string, limit: number): Promise<string[]> {
  const { rows } = await sql<{ code: string }>`
    select d.code from file_references r join dossiers d on d.id = r.dossier_id where r.file_id = ${id} order by d.id limit ${limit}`.execute(db)
  return rows.map(({ code }) => code)
}

/** True at most once a minute for each file, over all processes. */
export async function noteView (db: Executor, id: string): Promise<boolean> {
  const { rows } = await sql`update files set viewed_at = now()
    where id = ${id} and (viewed_at is null or viewed_at < now() - interval '1 minute') returning id`.execute(db)
  return rows.length > 0
}

/**
 * Removes files without a reference that were uploaded before that time. In two statements: what got its reference while the
 * first one waited or looked is seen by the second, and none can get one while the rows are locked.
 */
export async function removeUnreferenced (tx: Tx, { before, limit }: { before: Date, limit: number }): Promise<Array<{ id: string, client_id: string }>> {
  const { rows: found } = await sql<{ id: string }>`
    select f.id from files f
    where f.uploaded_at < ${before} and not exists (select from file_references r where r.file_id = f.id)
    order by f.uploaded_at limit ${limit} for update skip locked`.execute(tx)
  const { rows } = await sql<{ id: string, client_id: string }>`
    delete from files f where f.id = any(${found.map(({ id }) => id)}::uuid[])
      and not exists (select from file_references r where r.file_id = f.id)
    returning f.id, f.client_id`.execute(tx)
  return rows
}

/**
 * Contents that no file has any more, as hexadecimal hashes, locked: an upload of the same content waits, and keeps it anew.
 * Deleted from the storage before the commit: a row that is left is found again, a content without one never.
 */
export async function lockOrphanBlobs (tx: Tx, { before, limit }: { before: Date, limit: number }): Promise<string[]> {
  const { rows: found } = await sql<{ sha256: string }>`
    select encode(b.sha256, 'hex') as sha256 from file_blobs b
    where b.stored_at < ${before} and not exists (select from files f where f.sha256 = b.sha256)
    limit ${limit} for update skip locked`.execute(tx)
  const { rows } = await sql<{ sha256: string }>`
    delete from file_blobs b where b.sha256 = any(select decode(x, 'hex') from unnest(${found.map(({ sha256 }) => sha256)}::text[]) as x)
      and not exists (select from files f where f.sha256 = b.sha256)
    returning encode(b.sha256, 'hex') as sha256`.execute(tx)
  return rows.map(({ sha256 }) => sha256)
}
