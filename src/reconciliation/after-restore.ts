/** `doctor --after-restore`: where the partner may be ahead of us, asked of it as far as a limit allows. Changes nothing. */
import { setTimeout as delay } from 'node:timers/promises'
import { toHanoi } from '../model/dates.js'
import type { CodeBooks } from '../codes/books.js'
import type { Database } from '../db/open.js'
import type { ReconciliationVerdict } from './reconciliations.sql.js'
import { lanesAtRisk, lastAttemptAt, type LaneAtRisk } from './after-restore.sql.js'
import { compareWithPartner } from './compare.js'
import type { ActiveAdapter } from '../adapters/active-adapter.js'

export interface AfterRestoreOptions {
  db: Database
  adapters: ReadonlyMap<string, ActiveAdapter>
  books: CodeBooks
  /** Lanes touched since then are looked at; undefined: within the last hour before the newest attempt. */
  since: Date | undefined
  /** Questions to each partner at most, and per minute. */
  ask: number
  perMinute: number
}

export type Ahead = 'yes' | 'no' | 'unknown'

export interface LaneReport extends Omit<LaneAtRisk, 'content' | 'known'> {
  verdict: ReconciliationVerdict | 'not-asked' | 'unanswered'
  differences: readonly string[]
  ahead: Ahead
  do: string
}

export interface AfterRestoreReport {
  backupEnds: string | null
  since: string | null
  adapters: Array<{ adapter: string, lanes: number, ahead: number, unknown: number, truncated: boolean, dossiers: LaneReport[] }>
}

/** More than anyone reads; the rest is what a reconciliation is for. */
const SHOWN = 5000
const HOUR_MS = 3_600_000
const QUESTION_MS = 60_000

export async function afterRestore (options: AfterRestoreOptions): Promise<AfterRestoreReport> {
  const ends = await lastAttemptAt(options.db)
  const since = options.since ?? (ends === undefined ? undefined : new Date(ends.getTime() - HOUR_MS))
  const adapters: AfterRestoreReport['adapters'] = []
  for (const adapter of options.adapters.values()) {
    const lanes = await lanesAtRisk(options.db, { adapter: adapter.manifest.id, since: since ?? new Date(), limit: SHOWN + 1 })
    const dossiers = await askAbout(options, adapter, lanes.slice(0, SHOWN))
    const count = (ahead: Ahead): number => dossiers.filter(one => one.ahead === ahead).length
    adapters.push({ adapter: adapter.manifest.id, lanes: dossiers.length, ahead: count('yes'), unknown: count('unknown'), truncated: lanes.length > SHOWN, dossiers: dossiers.filter(({ ahead }) => ahead !== 'no') })
  }
  return { backupEnds: ends === undefined ? null : toHanoi(ends), since: since === undefined ? null : toHanoi(since), adapters }
}

async function askAbout ({ books, ask, perMinute }: AfterRestoreOptions, adapter: ActiveAdapter, lanes: readonly LaneAtRisk[]): Promise<LaneReport[]> {
  const bookOf = await books.refresh([adapter])
  const reports: LaneReport[] = []
  for (const [index, { content, known, ...lane }] of lanes.entries()) {
    if (index >= ask) {
      reports.push({ ...lane, verdict: 'not-asked', differences: [], ahead: 'unknown', do: whatToDo('unknown', lane.why) })
      continue
    }
    const signal = AbortSignal.timeout(QUESTION_MS)
    const { verdict, differences } = await compareWithPartner({ adapter, book: bookOf(adapter), item: { code: lane.code, content }, now: new Date(), signal, log: () => {} })
    const ahead = isAhead({ why: lane.why, known, verdict })
    reports.push({ ...lane, verdict: verdict ?? 'unanswered', differences, ahead, do: whatToDo(ahead, lane.why) })
    if (index + 1 < Math.min(lanes.length, ask)) await delay(60_000 / perMinute)
  }
  return reports
}

/**
 * Something waits here and the partner has it, though our record says it has none, or has exactly what waits: it was sent
 * after the backup. Nothing waits here and the partner differs: it was told more than we remember.
 */
export function isAhead ({ why, known, verdict }: Pick<LaneAtRisk, 'why' | 'known'> & { verdict: ReconciliationVerdict | null }): Ahead {
  if (verdict === 'missing-there') return 'no'
  if (why === 'sent-lately') return isAheadWithNothingWaiting(verdict)
  if (verdict === 'matches' || (!known && verdict !== null)) return 'yes'
  return 'unknown'
}

function isAheadWithNothingWaiting (verdict: ReconciliationVerdict | null): Ahead {
  if (verdict === 'matches') return 'no'
  return verdict === 'stale-there' ? 'yes' : 'unknown'
}

function whatToDo (ahead: Ahead, why: LaneAtRisk['why']): string {
  if (ahead === 'no') return ''
  if (why === 'sent-lately') return 'đề nghị tỉnh gửi lại trạng thái hiện tại, rồi đối soát (lienthong reconcile start) / have the province push the present state, then reconcile (lienthong reconcile start)'
  if (ahead === 'yes') return 'bên nhận đã có: hủy lần gửi với {"confirmSteps":true} nếu các bước cũng đã có; còn bước thiếu thì để gửi / the partner has it: cancel the delivery with {"confirmSteps":true} where it has the steps too; where it lacks some, let it be sent'
  return 'tra cứu ở bên nhận; đề nghị tỉnh gửi trạng thái hiện tại trước khi mở việc gửi / look it up at the partner; have the province push the present state before sending is opened'
}
