/** Batches of an import's good lines; bad ones are counted and told on the way. */
import type { Dossier } from '../model/dossier-types.js'
import { raise, type Finding } from '../model/findings.js'
import type { BaselineDossier } from './baseline.sql.js'
import { filesOf } from '../files/references.js'
import { FILE_KINDS } from '../dossier/files.js'
import { baselineDossier } from './baseline-compare.js'
import { readLine, splitLines, type RawLine } from './lines.js'
import type { TallyKeeper } from './baseline-tally.js'
import { originFindings, type OriginRules } from '../dossier/origin.js'
import { asItem } from '../dossier/problems.js'
import type { Validator } from '../dossier/validate.js'

export interface Entry {
  line: number
  document: Dossier
  dossier: BaselineDossier
}

export interface ReadOptions {
  validator: Validator
  /** Bytes of one line. */
  lineLimit: number
  adapters: readonly string[]
  origins: OriginRules
}

/** A statement of this size is worth its round trip, and is written in a moment. */
const BATCH_LINES = 400
const BATCH_BYTES = 4 * 1024 * 1024

/** No dossier stands twice in one batch: what is written next must see the first. */
export async function * readBatches (chunks: AsyncIterable<Buffer>, options: ReadOptions, keeper: TallyKeeper): AsyncGenerator<Entry[]> {
  let batch = new Map<string, Entry>()
  let bytes = 0
  for await (const raw of splitLines(keeper.measure(chunks), options.lineLimit)) {
    const entry = readEntry(raw, options, keeper)
    if (entry === undefined) continue
    const size = raw.bytes?.length ?? 0
    if (batch.size === BATCH_LINES || (batch.size > 0 && bytes + size > BATCH_BYTES) || batch.has(entry.dossier.code)) {
      yield [...batch.values()]
      batch = new Map()
      bytes = 0
    }
    batch.set(entry.dossier.code, entry)
    bytes += size
  }
  if (batch.size > 0) yield [...batch.values()]
}

function readEntry (raw: RawLine, options: ReadOptions, keeper: TallyKeeper): Entry | undefined {
  const read = readLine(raw.bytes, options.validator)
  if (read.kind === 'blank') return undefined
  keeper.tally.counts.lines++
  const errors = read.kind === 'dossier' ? notForBaseline(read.dossier, options).map(asItem) : read.errors
  if (read.kind === 'dossier' && errors.length === 0) {
    keeper.findings(read.findings)
    return { line: raw.number, document: read.dossier, dossier: baselineDossier(read.dossier, options) }
  }
  keeper.tally.counts.rejected++
  const dossierCode = read.kind === 'dossier' ? read.dossier.code : read.dossierCode
  for (const item of errors) keeper.error({ line: raw.number, dossierCode, ...item })
  return undefined
}

/** What a push may have, and a baseline may not; and an origin that nobody could be told of. */
function notForBaseline (dossier: Dossier, { origins }: ReadOptions): Finding[] {
  return [...originFindings(dossier.origin, origins), ...filesOf(dossier).map(({ path }) => raise(FILE_KINDS.inImport, path))]
}
