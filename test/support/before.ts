// Run by tap before all tests: a PostgreSQL for the run. With DATABASE_URL set that one is used; else one private
// server is started and left to `after.ts`, and each test file makes databases of its own on it.
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { openEmbedded } from '../../src/db/embedded.js'
import { TEST_DATA_DIR, URL_FILE } from './places.js'
import { makeTemplate } from './template.js'

await makeTemplate(process.env['DATABASE_URL'] ?? await startServer())
// Ends without stopping the server, as a killed gateway would.
process.exit(0)

async function startServer (): Promise<string> {
  const { url } = await openEmbedded({ dataDir: TEST_DATA_DIR })
  await mkdir(dirname(URL_FILE), { recursive: true })
  await writeFile(URL_FILE, url)
  return url
}
