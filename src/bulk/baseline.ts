/**
 * The import of a baseline: dossiers that the partners hold already are recorded as confirmed, and nothing is sent. Works
 * through a stream of any length in batches, each one statement; what broke off may be given whole again. A dry run
 * writes one audit entry.
 */
import type { Dossier } from '../model/dossier-types.js'
import type { Finding } from '../model/findings.js'
import { present } from '../model/present.js'
import { recordAudit } from '../db/audit.js'
import { beginBaseline, recordBaseline, refreshStatistics, storedDossiers, type Baseline } from './baseline.sql.js'
import type { Database } from '../db/open.js'
import type { ProblemItem } from '../base/problem.js'
import { readBatches, type Entry } from './baseline-batches.js'
import { effectOfPush, standing } from './baseline-compare.js'
import { createTally, type BaselineCounts, type LineError, type Tally, type TallyKeeper } from './baseline-tally.js'
import type { OriginRules } from '../dossier/origin.js'
import type { Validator } from '../dossier/validate.js'

export interface BaselineOptions {
  db: Database
  validator: Validator
  /** Whose partners are said to hold the dossiers. */
  adapters: readonly string[]
  origins: OriginRules
  /** What the partners' formats say of a dossier; asked in a dry run. */
  partnerFindings: (dossier: Dossier) => Finding[]
  /** Of the audit entries. */
  actor: string
  clientId: string
  dryRun: boolean
  /** Bytes of one line. */
  lineLimit: number
  errorsKept: number
  onError?: (error: LineError) => void
  /** Called after each batch. */
  onProgress?: (counts: Readonly<BaselineCounts>) => void
}

export interface BaselineSummary extends BaselineCounts {
  mode: 'baseline'
  dryRun: boolean
  /** Number of the import, as the audit entries have it; null in a dry run. */
  baseline: string | null
  bytes: number
  sha256: string
  findings: Record<string, number>
  /** In a dry run: what a push of the same lines would send, each compared with what is stored. */
  push?: Tally['push']
  errors: LineError[]
  errorsLeftOut: number
}

/** Rejects when the stream breaks off or a store is away: what was imported until then stays, and the audit log tells how much. */
export async function loadBaseline (chunks: AsyncIterable<Buffer>, options: BaselineOptions): Promise<BaselineSummary> {
  const keeper = createTally(options)
  const baseline = options.dryRun ? undefined : await begin(options)
  const work = { options, keeper, baseline }
  let complete = false
  let sha256 = ''
  try {
    for await (const batch of readBatches(chunks, options, keeper)) {
      await (baseline === undefined ? compareBatch(batch, work) : recordBatch(batch, { ...work, baseline }))
      options.onProgress?.(keeper.tally.counts)
    }
    complete = true
  } finally {
    sha256 = keeper.sha256()
    await recordEnd(work, { complete, sha256 })
    // A matter of speed alone: an account that may not, or a time-out, undoes no import.
    if (baseline !== undefined && keeper.tally.counts.imported > 0) await refreshStatistics(options.db).catch(() => {})
  }
  return summary(work, sha256)
}

interface Work {
  options: BaselineOptions
  keeper: TallyKeeper
  /** Undefined in a dry run. */
  baseline: Baseline | undefined
}

async function begin ({ db, actor, clientId, adapters }: BaselineOptions): Promise<Baseline> {
  return db.transaction().execute(async tx => {
    const baseline = await beginBaseline(tx, { actor, clientId, adapters })
    await recordAudit(tx, [{ actor, action: 'baseline.begun', details: { baseline: baseline.id, adapters } }])
    return baseline
  })
}

async function recordEnd ({ options, keeper, baseline }: Work, end: { complete: boolean, sha256: string }): Promise<void> {
  const { counts, bytes } = keeper.tally
  await recordAudit(options.db, [{
    actor: options.actor,
    action: baseline === undefined ? 'baseline.checked' : 'baseline.ended',
    details: { ...present({ baseline: baseline?.id }), ...counts, bytes, ...end }
  }])
}

async function recordBatch (batch: readonly Entry[], { options, keeper, baseline }: Work & { baseline: Baseline }): Promise<void> {
  const recorded = await recordBaseline(options.db, baseline, batch.map(({ dossier }) => dossier))
  const there = batch.filter(({ dossier }) => !recorded.has(dossier.code))
  const stored = await storedDossiers(options.db, there.map(({ dossier }) => dossier.code), options.adapters)
  for (const entry of batch) {
    if (recorded.has(entry.dossier.code)) countRecorded(keeper, entry)
    else countThere(keeper, entry, standing(entry.dossier, stored.get(entry.dossier.code)) === 'unchanged')
  }
}

async function compareBatch (batch: readonly Entry[], { options, keeper }: Work): Promise<void> {
  const stored = await storedDossiers(options.db, batch.map(({ dossier }) => dossier.code), options.adapters)
  for (const entry of batch) {
    const found = stored.get(entry.dossier.code)
    if (found === undefined) countRecorded(keeper, entry)
    else countThere(keeper, entry, standing(entry.dossier, found) === 'unchanged')
    keeper.effect(effectOfPush(entry.dossier, found))
    keeper.findings(options.partnerFindings(entry.document))
  }
}

function countRecorded ({ tally: { counts } }: TallyKeeper, { dossier }: Entry): void {
  counts.imported++
  counts.steps += dossier.steps.length
}

function countThere (keeper: TallyKeeper, { line, dossier }: Entry, unchanged: boolean): void {
  keeper.tally.counts[unchanged ? 'unchanged' : 'alreadyKnown']++
  if (!unchanged) keeper.error({ line, dossierCode: dossier.code, ...ALREADY_KNOWN })
}

const ALREADY_KNOWN: ProblemItem = {
  pointer: '',
  code: 'already-known',
  message: 'Hồ sơ đã có với nội dung khác; baseline không ghi đè. Nếu dòng này mới hơn, hãy gửi bằng POST /v1/dossiers.',
  messageEn: 'The dossier is stored with other content, which a baseline never overwrites. If this line is newer, push it to POST /v1/dossiers.'
}

function summary ({ options, keeper, baseline }: Work, sha256: string): BaselineSummary {
  const { counts, push, findings, errors, errorsLeftOut, bytes } = keeper.tally
  return {
    mode: 'baseline',
    dryRun: options.dryRun,
    baseline: baseline?.id ?? null,
    ...counts,
    bytes,
    sha256,
    findings,
    ...(options.dryRun ? { push } : {}),
    errors,
    errorsLeftOut
  }
}
