/** Opens the database, on its own server or a private one, and refuses a schema of another version. */
import { resolve } from 'node:path'
import type { Logger } from 'pino'
import { ConfigError, SchemaError } from '../base/problem.js'
import { openEmbedded } from '../db/embedded.js'
import { migrate, schemaStatus } from '../db/migrate.js'
import { openDatabase, type Database } from '../db/open.js'
import { sumConnections } from '../health/connections.js'
import { connectionUse, liveProcesses } from '../health/processes.sql.js'
import { closeBounded, type Opening } from './opening.js'

export interface OpenedDatabase {
  db: Database
  url: string
  embedded: boolean
}

export async function openStore (opening: Opening): Promise<OpenedDatabase> {
  const { config, role, limited, log } = opening
  const { url, embedded } = await databaseUrl(opening)
  const db = openDatabase({
    url,
    maxConnections: config.databaseConnections,
    applicationName: `lienthong-${role}`,
    onError: error => { limited('database.connection-lost', { message: error.message }) }
  })
  closeBounded(opening, 'database', () => db.destroy())
  await prepareSchema(db, { apply: config.migrateOnStart || embedded, log })
  return { db, url, embedded }
}

async function databaseUrl ({ config, role, log, closers, onLost }: Opening): Promise<Omit<OpenedDatabase, 'db'>> {
  if (config.databaseUrl !== undefined) return { url: config.databaseUrl, embedded: false }
  if (role !== 'all') throw new ConfigError([`DATABASE_URL: missing; start:${role} shares a database with other processes`])
  const server = await openEmbedded({ dataDir: resolve(config.dataDir), log: message => { log.info({ event: 'database.embedded' }, message) }, onLost })
  closers.push(() => server.stop())
  return { url: server.url, embedded: true }
}

/** Brings the schema to this version where that is wanted; refuses to start on any other. */
async function prepareSchema (db: Database, { apply, log }: { apply: boolean, log: Logger }): Promise<void> {
  const status = await schemaStatus(db).catch(error => { throw unreachable(error as Error) })
  if (status.unknown.length > 0) {
    throw new SchemaError(`the database has migrations that this version does not know (${status.unknown.join(', ')}): it was written by a newer version. Start that version, or restore the backup made before the upgrade.`)
  }
  if (status.pending.length === 0) return
  if (!apply) {
    throw new SchemaError(`the database lacks migrations (${status.pending.join(', ')}). Run: npx lienthong migrate, or start with MIGRATE_ON_START=yes.`)
  }
  const applied = await migrate(db)
  log.info({ event: 'database.migrated', applied })
}

/** The address is not repeated: it may hold a password. */
function unreachable (error: Error & { code?: string }): ConfigError {
  return new ConfigError([`DATABASE_URL: the database does not answer (${error.code ?? error.message}). Check address, account and that the server runs.`])
}

/** A pool that cannot fill waits under load: better said at the start, for all processes together (design §2.4). */
export async function checkConnections (db: Database, log: Logger): Promise<void> {
  const { ok, detail } = sumConnections(await liveProcesses(db), await connectionUse(db), 0)
  if (!ok) log.warn({ event: 'database.connections-short', detail }, 'the server may not have enough connections')
}
