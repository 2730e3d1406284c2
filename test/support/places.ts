import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** `dist/`, where the compiled project is. */
export const DIST = fileURLToPath(new URL('../../', import.meta.url))

/** The checkout itself. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** One a checkout, so that two checkouts can be tested at once. */
const checkout = createHash('sha256').update(DIST).digest('hex').slice(0, 12)
const name = `lienthong-test-${checkout}`
export const TEST_DATA_DIR = join(tmpdir(), name)
export const URL_FILE = join(tmpdir(), `${name}.url`)
/** Names the server and the migrated database that the run's files copy. */
export const TEMPLATE_FILE = join(tmpdir(), `${name}.template`)
export const TEMPLATE_NAME = `lt_${checkout}_template`
