/**
 * Bulk intake: a stream of dossiers of any length, each accepted as a push of it would be, in batches of one transaction. How far
 * it came is stored with each batch, so that the same lines may be given again and go on where it broke off (ADR 0020).
 */
import { randomUUID } from 'node:crypto'
import type { Dossier } from '../model/dossier-types.js'
import type { Finding } from '../model/findings.js'
import { recordAudit } from '../db/audit.js'
import { claimBulkJob, releaseBulkJob, renewBulkJob, type BulkJobLease, type BulkProgress } from './bulk-jobs.sql.js'
import type { RingableLane } from '../db/lanes.js'
import type { Database } from '../db/open.js'
import { batchesOf } from './intake-batches.js'
import { countsOf, type BulkLine } from './intake-tally.js'
import { bulkJobReused, bulkJobRunning } from './problems.js'
import { storeBatch } from './intake-store.js'
import { splitLines, type RawLine } from './lines.js'
import type { IntakeOptions } from '../dossier/intake.js'
import { createLineHash, type LineHash } from './line-hash.js'
import type { Validator } from '../dossier/validate.js'

export interface BulkOptions {
  db: Database
  validator: Validator
  intake: IntakeOptions
  partnerFindings: (dossier: Dossier) => Finding[]
  /** Of the audit entry. */
  actor: string
  importId: string
  /** How long another request is kept off after this process died. */
  leaseSeconds: number
  /** Bytes of one line. */
  lineLimit: number
  /** Rings lanes and waits for it. */
  ring: (lanes: readonly RingableLane[]) => Promise<void>
  /** How an error is told in the last line. */
  explain: (error: unknown) => unknown
}

/**
 * Yields the results of each batch after its commit. Rejects only as long as nothing was yielded; what ends it later is told by
 * the last line. Whoever stops reading stops the import.
 */
export async function * bulkIntake (chunks: AsyncIterable<Buffer>, options: BulkOptions): AsyncGenerator<readonly BulkLine[]> {
  const run = await begin(options)
  const hash = createLineHash()
  const lines = splitLines(chunks, options.lineLimit, hash)
  let problem: { error: unknown } | undefined
  try {
    for await (const results of work({ lines, hash }, run, options)) {
      run.begun = true
      yield results
    }
    run.begun = true
    run.ended = true
  } catch (error) {
    if (!run.begun) throw error
    problem = { error }
  } finally {
    // Not waited for: it may be waiting for bytes itself.
    lines.return(undefined).catch(() => {})
    await end(run, options)
  }
  yield [{ type: 'summary', importId: options.importId, complete: run.ended, ...countsOf(run.progress), ...(problem === undefined ? {} : { problem: options.explain(problem.error) }) }]
}

interface Run {
  lease: BulkJobLease
  progress: BulkProgress
  /** Something was answered, or there was nothing to answer. */
  begun: boolean
  /** The whole body is stored. */
  ended: boolean
  stopRenewing: () => void
}

interface Source {
  lines: AsyncGenerator<RawLine>
  /** Of the lines that were read. */
  hash: LineHash
}

async function * work (source: Source, run: Run, options: BulkOptions): AsyncGenerator<readonly BulkLine[]> {
  const { db, intake } = options
  if (run.progress.line > 0 || run.ended) {
    await skipStored(source, run)
    yield [{ type: 'skipped', importId: options.importId, ...countsOf(run.progress) }]
  }
  let ringing: Promise<void> = Promise.resolve()
  try {
    for await (const batch of batchesOf(source.lines, { ...options, hash: source.hash })) {
      const { results, progress, lanes } = await storeBatch(batch, run.progress, { db, intake, lease: run.lease })
      run.progress = progress
      // Of the batch before: lanes are rung while the next one is read, and never pile up.
      await ringing
      ringing = options.ring(lanes)
      yield results
    }
  } finally {
    await ringing
  }
}

async function begin ({ db, intake: { clientId }, importId, leaseSeconds }: BulkOptions): Promise<Run> {
  const lease: BulkJobLease = { clientId, id: importId, token: randomUUID(), seconds: leaseSeconds }
  const claim = await claimBulkJob(db, lease, createLineHash().digest())
  if (claim.kind === 'busy') throw bulkJobRunning(claim.seconds)
  // A sender, or a reader, may be slower than the lease. One that could not be renewed is noticed by the next batch.
  const timer = setInterval(() => { renewBulkJob(db, lease).catch(() => {}) }, leaseSeconds * 1000 / 3)
  return { lease, progress: claim.progress, begun: false, ended: claim.ended, stopRenewing: () => { clearInterval(timer) } }
}

/** Reads what is stored already, and refuses a body that begins differently or, of an import that has ended, goes on. */
async function skipStored ({ lines, hash }: Source, { progress, ended }: Run): Promise<void> {
  for (let line = 0; line < progress.line; line++) {
    if ((await lines.next()).done === true) throw bulkJobReused()
  }
  if (!hash.digest().equals(progress.sha256)) throw bulkJobReused()
  if (ended && (await lines.next()).done !== true) throw bulkJobReused()
}

/** Lets go of the import, whatever else fails: a lease that is left behind ends by itself. What was refused is no entry. */
async function end ({ lease, progress, begun, ended, stopRenewing }: Run, { db, actor }: BulkOptions): Promise<void> {
  stopRenewing()
  await db.transaction().execute(async tx => {
    await releaseBulkJob(tx, lease, ended)
    if (begun) await recordAudit(tx, [{ actor, action: 'import.ended', details: { import: lease.id, ...countsOf(progress), complete: ended } }])
  }).catch(() => {})
}
