/**
 * Backpressure: intake closes before a store is full, while what was accepted can still be delivered and recorded, and opens
 * by itself. Reads, redrives and deliveries go on.
 */
import { statfs } from 'node:fs/promises'
import { present } from '../model/present.js'

export type Cause = 'storage-nearly-full' | 'files-nearly-full' | 'database-nearly-full' | 'queue-nearly-full'

/** How near to its limit something is: intake closes at 1. */
export type Fill = Partial<Record<Cause, number>>

/** Lower than where it closed, or intake would open and close with every delivery. */
const REOPENS_BELOW = 0.9
/** Shares of the limits at which intake closes: some room is left for what is on its way. */
const DATABASE_SHARE = 0.95
const QUEUE_SHARE = 0.9

/** What is not measured this time keeps its state: a store that does not answer is another check's business. */
export function nextClosed (closed: ReadonlySet<Cause>, fill: Fill): Set<Cause> {
  const next = new Set(closed)
  for (const [cause, value] of Object.entries(fill) as Array<[Cause, number]>) {
    if (value >= 1) next.add(cause)
    else if (value < REOPENS_BELOW) next.delete(cause)
  }
  return next
}

export interface Gauges {
  /** Folder of the private database server; undefined: the database is another machine's business. */
  dataDir: string | undefined
  /** Folder of the uploaded files; it is there from the first upload on. */
  filesDir?: string
  diskFreeMinBytes: number
  databaseBytes: () => Promise<number>
  databaseMaxBytes: number | undefined
  queueMemory: () => Promise<{ used: number, limit: number } | undefined>
}

export async function measure (gauges: Gauges): Promise<Fill> {
  const { dataDir, filesDir, diskFreeMinBytes, databaseMaxBytes } = gauges
  const diskFill = async (folder: string): Promise<number | undefined> =>
    unlessAway(async () => diskFreeMinBytes / Math.max(await freeBytes(folder), 1))
  const [disk, files, database, queue] = await Promise.all([
    dataDir === undefined ? undefined : diskFill(dataDir),
    filesDir === undefined ? undefined : diskFill(filesDir),
    databaseMaxBytes === undefined ? undefined : unlessAway(async () => await gauges.databaseBytes() / (databaseMaxBytes * DATABASE_SHARE)),
    unlessAway(async () => {
      const memory = await gauges.queueMemory()
      return memory === undefined ? undefined : memory.used / (memory.limit * QUEUE_SHARE)
    })
  ])
  return present({
    'storage-nearly-full': disk,
    'files-nearly-full': files,
    'database-nearly-full': database,
    'queue-nearly-full': queue
  })
}

async function freeBytes (folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

async function unlessAway (read: () => Promise<number | undefined>): Promise<number | undefined> {
  return read().catch(() => undefined)
}
