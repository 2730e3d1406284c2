import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Test } from 'tap'
import { openDatabase, type Database } from '../../src/db/open.js'
import { administer, databaseAt } from './administer.js'
import { URL_FILE } from './places.js'
import { migrateAll, templateOn } from './template.js'

async function serverUrl (): Promise<string> {
  return process.env['DATABASE_URL'] ?? await readFile(URL_FILE, 'utf8')
}

/** An empty database of the test's own, dropped at its end. */
export async function createDatabase (t: Test): Promise<string> {
  return create(t, await serverUrl())
}

/** One with all tables, the queue's too. */
export async function createMigrated (t: Test): Promise<string> {
  const server = await serverUrl()
  const template = await templateOn(server)
  // Copied as files: through the log, as is the default, a copy takes four times as long, and the catalogue's cache is made anew.
  if (template !== undefined) return create(t, server, ` template ${template} strategy file_copy`)
  const url = await create(t, server)
  await migrateAll(url)
  return url
}

async function create (t: Test, server: string, how = ''): Promise<string> {
  const name = `lt_${randomBytes(6).toString('hex')}`
  await administer(server, `create database ${name}${how}`)
  t.teardown(async () => dropDatabase(server, name))
  return databaseAt(server, name)
}

/**
 * Not `with (force)`: that wants to end an autovacuum worker too, which only a superuser may. A plain drop waits for it,
 * once the connections that a test left are ended.
 */
async function dropDatabase (server: string, name: string): Promise<void> {
  await administer(server,
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}' and usename = current_user`,
    `drop database if exists ${name}`)
}

/** A migrated database of the test's own, opened. */
export async function openTestDatabase (t: Test): Promise<{ url: string, db: Database }> {
  const url = await createMigrated(t)
  const db = openDatabase({ url, maxConnections: 10, applicationName: 'test', onError: () => {} })
  t.teardown(() => db.destroy())
  return { url, db }
}
