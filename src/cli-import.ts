/** `lienthong import --baseline FILE|-`: what `POST /v1/dossiers/import` does, straight into the database. */
import { open } from 'node:fs/promises'
import { createCodeBooks } from './codes/books.js'
import type { Config } from './config.js'
import type { Database } from './db/open.js'
import { activateAdapters, closeAdapter } from './delivery/activate.js'
import { dossierAdapters } from './delivery/dossier-adapters.js'
import { importBaseline, type ImportSummary } from './dossier/import.js'
import type { ImportCounts, ImportError } from './dossier/import-tally.js'
import { createValidator } from './dossier/validate.js'
import { ConfigError } from './errors.js'
import { partnerReview } from './routes/preview.js'

export interface ImportCommand {
  db: Database
  config: Config
  args: readonly string[]
  options: { baseline?: boolean | undefined, dryRun?: boolean | undefined }
}

const ACTOR = 'operator:cli'
/** The same number as in an answer of the API; standard error has all of them. */
const ERRORS_KEPT = 100

/** Ends with 1 if a line was rejected. Errors and progress go to standard error as they come. */
export async function importCommand ({ db, config, args, options }: ImportCommand): Promise<ImportSummary> {
  const [file, ...rest] = args
  if (options.baseline !== true || file === undefined || rest.length > 0) throw new ConfigError(['import: use: lienthong import --baseline FILE|- [--dry-run] [--json]'])
  if (config.adapters.length === 0) throw new ConfigError(['import: ADAPTERS is empty; set it as the gateway has it: the dossiers are recorded as known to those'])
  const adapters = await activateAdapters({ environment: config.environment, wanted: config.adapters })
  try {
    const summary = await importBaseline(await chunksOf(file), {
      db,
      validator: createValidator(),
      adapters: [...dossierAdapters(adapters).keys()],
      partnerFindings: await partnerReview({ adapters, books: createCodeBooks(db) }),
      actor: ACTOR,
      clientId: ACTOR,
      dryRun: options.dryRun === true,
      lineLimit: config.bodyLimitBytes,
      errorsKept: ERRORS_KEPT,
      onError: tellError,
      onProgress: progressTeller()
    })
    if (summary.rejected > 0) process.exitCode = 1
    return summary
  } finally {
    for (const adapter of adapters.values()) await closeAdapter(adapter)
  }
}

/** `-` is standard input. */
async function chunksOf (file: string): Promise<AsyncIterable<Buffer>> {
  if (file === '-') return process.stdin
  try {
    return (await open(file)).createReadStream()
  } catch (error) {
    throw new ConfigError([`import: cannot read ${file} (${String((error as NodeJS.ErrnoException).code)})`])
  }
}

function tellError ({ line, dossierCode, pointer, code, message }: ImportError): void {
  const told = [`dòng/line ${line}`, dossierCode ?? '-', code, pointer, message]
  process.stderr.write(`${told.map(plain).join('\t')}\n`)
}

/** Names of unknown fields come from the file: they must not steer a terminal. */
function plain (text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '?')
}

const TOLD_EVERY_LINES = 5000

function progressTeller (): (counts: Readonly<ImportCounts>) => void {
  let next = TOLD_EVERY_LINES
  return ({ lines, imported, unchanged, alreadyKnown, rejected }) => {
    if (lines < next) return
    next = lines + TOLD_EVERY_LINES
    process.stderr.write(`${lines} dòng/lines: ${imported} imported, ${unchanged} unchanged, ${alreadyKnown} already known, ${rejected} rejected\n`)
  }
}
