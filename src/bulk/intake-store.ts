/** Stores one batch of a bulk intake: all of it and how far the import has come, in one transaction. */
import { OriginTaken } from '../dossier/dossiers.sql.js'
import { advanceBulkJob, type BulkJobLease, type BulkProgress, type RejectedLine } from './bulk-jobs.sql.js'
import type { RingableLane } from '../db/lanes.js'
import { sqlState, type Database, type Tx } from '../db/open.js'
import { Problem } from '../base/problem.js'
import { reached } from '../base/kill-points.js'
import type { Batch, GoodLine } from './intake-batches.js'
import type { BulkItem } from './intake-tally.js'
import { bulkJobRunning } from './problems.js'
import { itemsOf } from './lines.js'
import { acceptDossiers, type IntakeOptions, type IntakeOutcome } from '../dossier/intake.js'

export interface IntakeStoreOptions {
  db: Database
  intake: IntakeOptions
  lease: BulkJobLease
}

export interface StoredBatch {
  results: BulkItem[]
  progress: BulkProgress
  lanes: RingableLane[]
}

export async function storeBatch (batch: Batch, before: BulkProgress, options: IntakeStoreOptions): Promise<StoredBatch> {
  const stored = await retrying(async () => options.db.transaction().execute(async tx => store(tx, { batch, before }, options)))
  reached('intake.committed')
  return stored
}

async function store (tx: Tx, { batch, before }: { batch: Batch, before: BulkProgress }, { intake, lease }: IntakeStoreOptions): Promise<StoredBatch> {
  const good = batch.items.filter(isGood)
  const { outcomes, lanes } = good.length === 0 ? { outcomes: [], lanes: [] } : await acceptDossiers(tx, good.map(({ dossier }) => dossier), intake)
  const told = new Map(good.map((item, index) => [item.line, outcomes[index]]))
  const results = batch.items.map(item => resultOf(item, told.get(item.line)))
  const progress = counted({ ...before, ...batch.end }, results)
  const rejected = results.filter(result => result.status === 'rejected')
  if (!await advanceBulkJob(tx, lease, { progress, rejected })) throw bulkJobRunning(lease.seconds)
  reached('intake.before-commit')
  return { results, progress, lanes }
}

function isGood (item: GoodLine | RejectedLine): item is GoodLine {
  return 'dossier' in item
}

function resultOf (item: GoodLine | RejectedLine, outcome: IntakeOutcome | undefined): BulkItem {
  if (!isGood(item)) return { type: 'item', line: item.line, dossierCode: item.dossierCode, status: 'rejected', errors: item.errors }
  const base = { type: 'item', line: item.line, dossierCode: item.dossier.code } as const
  if (outcome === undefined) throw new Error('a line had no outcome')
  if (outcome instanceof Problem) return { ...base, status: 'rejected', errors: itemsOf(outcome) }
  const { unchanged, revision, newSteps } = outcome
  return { ...base, status: unchanged ? 'unchanged' : 'accepted', revision, newSteps, findings: [...item.findings, ...outcome.findings] }
}

function counted (before: BulkProgress, results: readonly BulkItem[]): BulkProgress {
  const after = { ...before }
  for (const result of results) {
    after[result.status]++
    if (result.status !== 'rejected') after.steps += result.newSteps
  }
  return after
}

/**
 * Two that want the same rows in different orders, one of which PostgreSQL has ended: it was rolled back whole. So was one
 * that met an origin which another had just taken: the next try finds it and refuses that line alone.
 */
const GIVES_WAY = ['40P01', '40001']
const TRIES = 3

async function retrying<T> (work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt === TRIES || !(error instanceof OriginTaken || GIVES_WAY.includes(sqlState(error) ?? ''))) throw error
    }
  }
}
