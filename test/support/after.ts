// Run by tap after all tests: takes the private server over and stops it.
import { rm } from 'node:fs/promises'
import { openEmbedded } from '../../src/db/embedded.js'
import { TEST_DATA_DIR, URL_FILE } from './places.js'

if (process.env['DATABASE_URL'] === undefined) {
  const server = await openEmbedded({ dataDir: TEST_DATA_DIR })
  await server.stop()
  await rm(TEST_DATA_DIR, { recursive: true, force: true })
  await rm(URL_FILE, { force: true })
}
