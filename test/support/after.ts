// Run by tap after all tests: takes the private server over and stops it.
import { rm } from 'node:fs/promises'
import { openEmbedded } from '../../src/db/embedded.js'
import { TEST_DATA_DIR, URL_FILE } from './places.js'
import { dropTemplate } from './template.js'

const external = process.env['DATABASE_URL']
if (external === undefined) {
  const server = await openEmbedded({ dataDir: TEST_DATA_DIR })
  await dropTemplate(server.url)
  await server.stop()
  await rm(TEST_DATA_DIR, { recursive: true, force: true })
  await rm(URL_FILE, { force: true })
} else {
  await dropTemplate(external)
}
