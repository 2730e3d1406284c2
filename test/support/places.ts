import { createHash } from 'node:crypto'
import { accessSync, constants, statfsSync } from 'node:fs'
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
/** The TMPDIR of all tests: they make database clusters, too. */
export const BASE = roomyMemory() ?? tmpdir()
export const TEST_DATA_DIR = join(BASE, name)
export const URL_FILE = join(BASE, `${name}.url`)
/** Names the server and the migrated database that the run's files copy. */
export const TEMPLATE_FILE = join(BASE, `${name}.template`)
export const TEMPLATE_NAME = `lt_${checkout}_template`

/**
 * In memory where there is plenty: each file makes databases, and the private server syncs what it writes, which costs
 * seconds a database on a disk. A TMPDIR that was chosen is respected.
 */
function roomyMemory (): string | undefined {
  const place = '/dev/shm'
  try {
    if (process.env['TMPDIR'] !== undefined) return undefined
    accessSync(place, constants.W_OK)
    const { bavail, bsize } = statfsSync(place)
    return bavail * bsize > 3e9 ? place : undefined
  } catch {
    return undefined
  }
}
