/** `lienthong import FILE|-`: bulk intake straight into the database. The gateway's sweep finds the lanes. */
import { randomUUID } from 'node:crypto'
import { type BulkWork, said, tellError } from './bulk-input.js'
import { createCodeBooks } from '../codes/books.js'
import { bulkIntake } from '../bulk/intake.js'
import type { BulkLine, BulkSummary } from '../bulk/intake-tally.js'
import { createValidator } from '../dossier/validate.js'
import { ConfigError } from '../base/problem.js'
import { openLinks } from '../files/open.js'
import { intakeOptions } from '../dossier/intake-options.js'
import { partnerReview } from '../dossier/preview.js'

const ACTOR = 'operator:cli'

/** Broken off (exit code 1), it goes on under the same id. */
export async function intakeCommand ({ db, config, options, chunks, adapters }: BulkWork): Promise<BulkSummary> {
  const { importId = randomUUID() } = options
  process.stderr.write(`import ${importId}; đi tiếp nếu đứt / to go on after a break: --import-id ${importId}\n`)
  const lines = bulkIntake(stoppable(chunks), {
    db,
    validator: createValidator(),
    intake: { ...intakeOptions({ adapters }, ACTOR), actor: ACTOR },
    partnerFindings: await partnerReview({ adapters, books: createCodeBooks(db), files: { links: openLinks(config) } }),
    actor: ACTOR,
    importId,
    leaseSeconds: config.leaseSeconds,
    lineLimit: config.bodyLimitBytes,
    ring: async () => {},
    explain: said
  })
  const summary = await lastOf(lines)
  if (!summary.complete) process.exitCode = 1
  return summary
}

/** A signal ends it between two chunks, so that its lease is given back. */
async function * stoppable (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let stopped = false
  const stop = (): void => { stopped = true }
  process.once('SIGINT', stop).once('SIGTERM', stop)
  try {
    for await (const chunk of chunks) {
      if (stopped) throw new ConfigError(['bị dừng; chạy lại với cùng --import-id / stopped; run again with the same --import-id'])
      yield chunk
    }
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop)
  }
}

async function lastOf (lines: AsyncIterable<readonly BulkLine[]>): Promise<BulkSummary> {
  let summary: BulkSummary | undefined
  const told = progressTeller()
  for await (const batch of lines) {
    for (const line of batch) {
      if (line.type === 'summary') summary = line
      if (line.type === 'skipped') process.stderr.write(`${line.lines} dòng đã nạp trước đó, bỏ qua / lines were imported before, skipped\n`)
      if (line.type === 'item' && line.status === 'rejected') for (const item of line.errors) tellError({ line: line.line, dossierCode: line.dossierCode, ...item })
    }
    told(batch)
  }
  if (summary === undefined) throw new Error('the import had no summary')
  return summary
}

const TOLD_EVERY_LINES = 5000

function progressTeller (): (batch: readonly BulkLine[]) => void {
  let lines = 0
  return batch => {
    const before = lines
    lines += batch.length
    if (Math.floor(lines / TOLD_EVERY_LINES) > Math.floor(before / TOLD_EVERY_LINES)) process.stderr.write(`${lines} dòng/lines\n`)
  }
}
