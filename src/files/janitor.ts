/** Removes uploads that no dossier came to refer to, and contents that no file has any more. */
import { startRounds, type Rounds } from '../base/deadline.js'
import { recordAudit } from '../db/audit.js'
import { lockOrphanBlobs, removeUnreferenced } from './files.sql.js'
import type { Database } from '../db/open.js'
import { withLock } from '../db/server.js'
import type { FileStorage } from './storage.js'
import type { LimitedLog } from '../base/log.js'

export interface JanitorOptions {
  db: Database
  storage: FileStorage
  /** How long an upload may wait for its dossier. */
  unreferencedHours: number
  /** Undefined: only when it is told to. */
  everyMs: number | undefined
  log: LimitedLog
}

const HOUR_MS = 3_600_000
const ROUND_MS = 5 * 60_000
/** A transaction of this size is short, whatever there is to remove. */
const BATCH = 100
/** Longer than any upload lasts: what is older belongs to a process that is gone. */
const LEFT_OVER_HOURS = 2

export function startJanitor (options: JanitorOptions): Rounds {
  const { db, everyMs, log } = options
  return startRounds({
    everyMs,
    deadlineMs: ROUND_MS,
    round: () => withLock(db, { name: 'lienthong files', deadlineMs: ROUND_MS }, signal => clean(options, signal)),
    onError: error => { log('files.cleaning-failed', { message: error.message }) }
  })
}

async function clean (options: JanitorOptions, signal: AbortSignal): Promise<void> {
  const { storage, unreferencedHours } = options
  const now = Date.now()
  const leftOver = new Date(now - LEFT_OVER_HOURS * HOUR_MS)
  await inBatches(signal, () => removeFiles(options, new Date(now - unreferencedHours * HOUR_MS)))
  await inBatches(signal, () => removeContents(options, leftOver))
  await storage.sweep(leftOver)
}

async function inBatches (signal: AbortSignal, batch: () => Promise<number>): Promise<void> {
  while (!signal.aborted && await batch() === BATCH);
}

async function removeFiles ({ db }: JanitorOptions, before: Date): Promise<number> {
  return db.transaction().execute(async tx => {
    const removed = await removeUnreferenced(tx, { before, limit: BATCH })
    await recordAudit(tx, removed.map(({ id, client_id: client }) => ({ actor: 'gateway', action: 'file.removed', details: { file: id, client } })))
    return removed.length
  })
}

async function removeContents ({ db, storage }: JanitorOptions, before: Date): Promise<number> {
  return db.transaction().execute(async tx => {
    const orphans = await lockOrphanBlobs(tx, { before, limit: BATCH })
    for (const sha256 of orphans) await storage.delete(sha256)
    return orphans.length
  })
}
