/** The folder of a run, where all that it starts keeps its files, and the environment it works in. */
import { accessSync, chmodSync, constants, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const MEMORY = '/dev/shm'
const NAME = 'lienthong-ci.'
/** No run lasts so long: what is older was left by one that was killed. */
const STALE_MS = 4 * 3_600_000

/** In memory where there is plenty: each test makes databases, and on a disk a database costs seconds of waiting for it. */
export function makeWorkspace (): string {
  const base = roomy(MEMORY) ? MEMORY : tmpdir()
  for (const name of readdirSync(base)) if (name.startsWith(NAME)) removeStale(join(base, name))
  const folder = mkdtempSync(join(base, NAME))
  // Private, but passable for the account that runs PostgreSQL.
  chmodSync(folder, 0o711)
  return folder
}

function roomy (folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    const { bavail, bsize } = statfsSync(folder)
    const available = /^MemAvailable: *(\d+)/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]
    return bavail * bsize > 6e9 && Number(available) * 1024 > 8e9
  } catch {
    return false
  }
}

function removeStale (folder: string): void {
  try {
    if (Date.now() - statSync(folder).mtimeMs > STALE_MS) rmSync(folder, { recursive: true, force: true })
  } catch {
    // Another run was quicker.
  }
}

/** Nothing of the caller's settings may reach the product: a test would meet his stores or his partners. */
export function cleanEnvironment (environment: NodeJS.ProcessEnv, folder: string): NodeJS.ProcessEnv {
  const strange = /^(ADAPTERS|ADAPTER_.*|DATABASE_URL|REDIS_URL|NODE_OPTIONS|TAP.*|TEST_JOBS)$/
  return { ...Object.fromEntries(Object.entries(environment).filter(([name]) => !strange.test(name))), TMPDIR: folder, CI: 'true' }
}
