import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import pg from 'pg'
import type { Test } from 'tap'
import { migrate } from '../../src/db/migrate.js'
import { openDatabase, type Database } from '../../src/db/open.js'
import { URL_FILE } from './places.js'

async function serverUrl (): Promise<string> {
  return process.env['DATABASE_URL'] ?? await readFile(URL_FILE, 'utf8')
}

/** A database of the test's own, dropped at its end. */
export async function createDatabase (t: Test): Promise<string> {
  const server = await serverUrl()
  const name = `lt_${randomBytes(6).toString('hex')}`
  await administer(server, `create database ${name}`)
  t.teardown(async () => dropDatabase(server, name))
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
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

async function administer (url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

/** A migrated database of the test's own, opened. */
export async function openTestDatabase (t: Test): Promise<{ url: string, db: Database }> {
  const url = await createDatabase(t)
  const db = openDatabase({ url, maxConnections: 10, applicationName: 'test', onError: () => {} })
  t.teardown(() => db.destroy())
  await migrate(db)
  return { url, db }
}
