/** One migrated database a run, which its files copy: a copy takes a tenth of the time that the migrations take. */
import { readFile, rm, writeFile } from 'node:fs/promises'
import { migrate } from '../../src/db/migrate.js'
import { openDatabase } from '../../src/db/open.js'
import { postgresStore } from '../../src/queue/store.js'
import { administer, databaseAt } from './administer.js'
import { TEMPLATE_FILE, TEMPLATE_NAME } from './places.js'

export async function makeTemplate (server: string): Promise<void> {
  const url = databaseAt(server, TEMPLATE_NAME)
  await administer(server, `drop database if exists ${TEMPLATE_NAME}`, `create database ${TEMPLATE_NAME}`)
  await migrateAll(url)
  await writeFile(TEMPLATE_FILE, url)
}

export async function dropTemplate (server: string): Promise<void> {
  await rm(TEMPLATE_FILE, { force: true })
  await administer(server, `drop database if exists ${TEMPLATE_NAME}`)
}

/** Undefined where a file runs alone, or on another server than the run's. */
export async function templateOn (server: string): Promise<string | undefined> {
  const url = await readFile(TEMPLATE_FILE, 'utf8').catch(() => undefined)
  return url === databaseAt(server, TEMPLATE_NAME) ? TEMPLATE_NAME : undefined
}

/** Our tables and the queue's. */
export async function migrateAll (url: string): Promise<void> {
  const db = openDatabase({ url, maxConnections: 2, applicationName: 'test-template', onError: () => {} })
  try {
    await migrate(db)
  } finally {
    await db.destroy()
  }
  const queue = await postgresStore({ url, workers: 0, onError: () => {} })
  await queue.close()
}
