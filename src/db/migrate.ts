/**
 * Migrations: plain SQL, forward only, each in one transaction, under Kysely's migrator and its lock.
 * A server never starts on a schema that is older or newer than its own (field case: n8n crash loops).
 */
import { readdir, readFile } from 'node:fs/promises'
import { Migrator, sql, type Migration } from 'kysely'
import type { Database } from './open.js'

const FOLDER = new URL('./migrations/', import.meta.url)

export interface SchemaStatus {
  /** Migrations of this version that the database lacks, in order. */
  pending: string[]
  /** Migrations in the database that this version does not know: it was written by a newer one. */
  unknown: string[]
}

export async function schemaStatus (db: Database, folder: URL = FOLDER): Promise<SchemaStatus> {
  const ours = await migrationNames(folder)
  const applied = await appliedNames(db)
  return {
    pending: ours.filter(name => !applied.includes(name)),
    unknown: applied.filter(name => !ours.includes(name))
  }
}

/** Applies what is pending; returns the names. Throws with nothing half-applied: one migration is one transaction. */
export async function migrate (db: Database, folder: URL = FOLDER): Promise<string[]> {
  const migrator = new Migrator({ db, provider: { getMigrations: () => readMigrations(folder) } })
  const { error, results = [] } = await migrator.migrateToLatest()
  if (error !== undefined) throw error
  return results.map(result => result.migrationName)
}

async function migrationNames (folder: URL): Promise<string[]> {
  const files = await readdir(folder)
  return files.filter(file => file.endsWith('.sql')).map(file => file.slice(0, -'.sql'.length)).sort()
}

async function readMigrations (folder: URL): Promise<Record<string, Migration>> {
  const names = await migrationNames(folder)
  return Object.fromEntries(await Promise.all(names.map(async name => {
    const text = await readFile(new URL(`${name}.sql`, folder), 'utf8')
    // Sent without parameters, several statements travel as one simple query inside the migrator's transaction.
    const migration: Migration = { up: async db => { await sql.raw(text).execute(db) } }
    return [name, migration] as const
  })))
}

async function appliedNames (db: Database): Promise<string[]> {
  const { rows: [present] } = await sql<{ found: boolean }>`
    select to_regclass('kysely_migration') is not null as found`.execute(db)
  if (present?.found !== true) return []
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)
  return rows.map(row => row.name)
}
