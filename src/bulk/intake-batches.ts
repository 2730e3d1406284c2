/** Lines of a bulk intake, checked and put into batches of one transaction each. Holds one batch. */
import type { Dossier } from '../model/dossier-types.js'
import type { Finding } from '../model/findings.js'
import type { RejectedLine } from './bulk-jobs.sql.js'
import { readLine, type RawLine } from './lines.js'
import type { LineHash } from './line-hash.js'
import type { Validator } from '../dossier/validate.js'

export interface GoodLine {
  line: number
  dossier: Dossier
  findings: readonly Finding[]
}

export interface Batch {
  /** In the order of the lines; blank ones are left out. */
  items: Array<GoodLine | RejectedLine>
  /** Where the body stands behind its last line. */
  end: { line: number, bytes: number, sha256: Buffer }
}

export interface IntakeBatchOptions {
  validator: Validator
  /** What the partners' formats say of a dossier. */
  partnerFindings: (dossier: Dossier) => Finding[]
  /** Of the lines, as they are split. */
  hash: LineHash
}

/** So many that round trips do not count; so few that a push of the same dossier waits for a moment only. */
const BATCH_LINES = 100
const BATCH_BYTES = 1024 * 1024
/** A sender that pauses gets the results of what it has sent. */
const QUIET_MS = 200

export async function * batchesOf (lines: AsyncIterator<RawLine>, options: IntakeBatchOptions): AsyncGenerator<Batch> {
  let batch = emptyBatch()
  let pending: Promise<IteratorResult<RawLine>> | undefined
  for (;;) {
    pending ??= lines.next()
    const next = batch.lines === 0 ? await pending : await unlessQuiet(pending)
    if (next?.done === false) {
      pending = undefined
      add(batch, next.value, options)
      if (batch.lines < BATCH_LINES && batch.size < BATCH_BYTES) continue
    }
    if (batch.lines > 0) yield batch
    if (next?.done === true) return
    batch = emptyBatch()
  }
}

interface GrowingBatch extends Batch {
  /** Blank ones count. */
  lines: number
  size: number
}

function emptyBatch (): GrowingBatch {
  return { items: [], end: { line: 0, bytes: 0, sha256: Buffer.alloc(0) }, lines: 0, size: 0 }
}

/** The place is noted at once: the hash moves on with the next line. */
function add (batch: GrowingBatch, line: RawLine, options: IntakeBatchOptions): void {
  const item = readItem(line, options)
  if (item !== undefined) batch.items.push(item)
  batch.lines++
  batch.size += line.bytes?.length ?? 0
  batch.end = { line: line.number, bytes: options.hash.bytes(), sha256: options.hash.digest() }
}

/** Undefined: nothing came for a while; the wait goes on elsewhere, and its failure is not unheard. */
async function unlessQuiet<T> (pending: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const quiet = new Promise<undefined>(resolve => { timer = setTimeout(() => { resolve(undefined) }, QUIET_MS) })
  return Promise.race([pending, quiet]).finally(() => { clearTimeout(timer) })
}

function readItem ({ number, bytes }: RawLine, { validator, partnerFindings }: IntakeBatchOptions): GoodLine | RejectedLine | undefined {
  const read = readLine(bytes, validator)
  if (read.kind === 'blank') return undefined
  if (read.kind === 'rejected') return { line: number, dossierCode: read.dossierCode, errors: read.errors }
  return { line: number, dossier: read.dossier, findings: [...read.findings, ...partnerFindings(read.dossier)] }
}
