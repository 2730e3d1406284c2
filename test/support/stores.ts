/** The PostgreSQL of a run of tests: DATABASE_URL's, else a private one; each test file makes databases of its own on it. */
import { rm, writeFile } from 'node:fs/promises'
import { openEmbedded, type EmbeddedServer } from '../../src/db/embedded.js'
import { TEST_DATA_DIR, URL_FILE } from './places.js'
import { dropTemplate, makeTemplate } from './template.js'

const external = process.env['DATABASE_URL']

/** Takes a server over that a killed run has left. Returns what closes it again. */
export async function openStores (): Promise<() => Promise<void>> {
  if (external !== undefined) {
    await makeTemplate(external)
    return async () => dropTemplate(external)
  }
  const server = await openEmbedded({ dataDir: TEST_DATA_DIR })
  await writeFile(URL_FILE, server.url)
  await makeTemplate(server.url)
  return async () => stop(server)
}

/** Those that another process opened. */
export async function closeStores (): Promise<void> {
  if (external !== undefined) await dropTemplate(external)
  else await stop(await openEmbedded({ dataDir: TEST_DATA_DIR }))
}

async function stop (server: EmbeddedServer): Promise<void> {
  await dropTemplate(server.url)
  await server.stop()
  await Promise.all([rm(TEST_DATA_DIR, { recursive: true, force: true }), rm(URL_FILE, { force: true })])
}
