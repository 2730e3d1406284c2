/** `lienthong import FILE|-`, `lienthong import --baseline FILE|-`: what `POST /v1/dossiers/import` does, straight into the database. */
import { intakeCommand } from './bulk-intake.js'
import { chunksOf, type BulkCommand, type BulkWork, said, tellError } from './bulk-input.js'
import { createCodeBooks } from '../codes/books.js'
import { activateAdapters, closeAdapter } from '../adapters/activate.js'
import type { BulkSummary } from '../bulk/intake-tally.js'
import { gunzipped, limited } from '../bulk/gunzip.js'
import { dossierAdapters } from '../adapters/dossier-adapters.js'
import { loadBaseline, type BaselineSummary } from '../bulk/baseline.js'
import type { BaselineCounts } from '../bulk/baseline-tally.js'
import { originRules } from '../dossier/origin.js'
import { createValidator } from '../dossier/validate.js'
import { ConfigError, Problem } from '../base/problem.js'
import { openLinks } from '../files/open.js'
import { partnerReview } from '../dossier/preview.js'

export const BULK_USAGE = `  lienthong import FILE|- [--gzip] [--import-id ID]    gửi hồ sơ hàng loạt; cùng ID thì đi tiếp / push in bulk; goes on under the same id
  lienthong import --baseline FILE|- [--gzip] [--dry-run]   nạp hồ sơ đã có ở bên nhận, không gửi / record what the partners hold`

const ACTOR = 'operator:cli'
/** The same number as in an answer of the API; standard error has all of them. */
const ERRORS_KEPT = 100

/** Ends with 1 if a line was rejected. Errors and progress go to standard error as they come. */
export async function bulkCommand ({ db, config, args, options }: BulkCommand): Promise<BaselineSummary | BulkSummary> {
  const [file, ...rest] = args
  if (file === undefined || rest.length > 0) throw new ConfigError([`import: use:\n${BULK_USAGE}`])
  if (options.baseline === true ? options.importId !== undefined : options.dryRun === true) throw new ConfigError(['import: --dry-run belongs to --baseline, --import-id to an import without it'])
  if (config.adapters.length === 0) throw new ConfigError(['import: ADAPTERS is empty; set it as the gateway has it: the dossiers are for those'])
  const adapters = await activateAdapters({ environment: config.environment, wanted: config.adapters })
  try {
    const plain = await chunksOf(file)
    const chunks = options.gzip === true ? limited(gunzipped(plain), config.importMaxMb) : plain
    const work = options.baseline === true ? baselineCommand : intakeCommand
    const summary = await work({ db, config, options, chunks, adapters })
    if (summary.rejected > 0) process.exitCode = 1
    return summary
  } catch (error) {
    throw error instanceof Problem ? new ConfigError([`import: ${said(error)}`]) : error
  } finally {
    for (const adapter of adapters.values()) await closeAdapter(adapter)
  }
}

async function baselineCommand ({ db, config, options, chunks, adapters }: BulkWork): Promise<BaselineSummary> {
  return loadBaseline(chunks, {
    db,
    validator: createValidator(),
    adapters: [...dossierAdapters(adapters).keys()],
    origins: originRules(dossierAdapters(adapters).values()),
    partnerFindings: await partnerReview({ adapters, books: createCodeBooks(db), files: { links: openLinks(config) } }),
    actor: ACTOR,
    clientId: ACTOR,
    dryRun: options.dryRun === true,
    lineLimit: config.bodyLimitBytes,
    errorsKept: ERRORS_KEPT,
    onError: tellError,
    onProgress: progressTeller()
  })
}

const TOLD_EVERY_LINES = 5000

function progressTeller (): (counts: Readonly<BaselineCounts>) => void {
  let next = TOLD_EVERY_LINES
  return ({ lines, imported, unchanged, alreadyKnown, rejected }) => {
    if (lines < next) return
    next = lines + TOLD_EVERY_LINES
    process.stderr.write(`${lines} dòng/lines: ${imported} imported, ${unchanged} unchanged, ${alreadyKnown} already known, ${rejected} rejected\n`)
  }
}
