/** What the commands of an import read and tell. */
import { open } from 'node:fs/promises'
import type { LineError } from '../bulk/baseline-tally.js'
import { ConfigError, Problem } from '../base/problem.js'
import type { Config } from '../config/gateway.js'
import type { Database } from '../db/open.js'
import type { ActiveAdapter } from '../adapters/active-adapter.js'

/** `-` is standard input. */
export async function chunksOf (file: string): Promise<AsyncIterable<Buffer>> {
  if (file === '-') return process.stdin
  try {
    return (await open(file)).createReadStream()
  } catch (error) {
    throw new ConfigError([`import: cannot read ${file} (${String((error as NodeJS.ErrnoException).code)})`])
  }
}

export function tellError ({ line, dossierCode, pointer, code, message }: LineError): void {
  const told = [`dòng/line ${line}`, dossierCode ?? '-', code, pointer, message]
  process.stderr.write(`${told.map(plain).join('\t')}\n`)
}

/** Names of unknown fields come from the file: they must not steer a terminal. */
function plain (text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '?')
}

export function said (error: unknown): string {
  if (error instanceof Problem) return `${error.options.code}: ${error.options.detail} / ${error.options.detailEn}`
  return (error as Error).message
}

export interface BulkCommand {
  db: Database
  config: Config
  args: readonly string[]
  options: { baseline?: boolean | undefined, dryRun?: boolean | undefined, gzip?: boolean | undefined, importId?: string | undefined }
}

export interface BulkWork extends Pick<BulkCommand, 'db' | 'config' | 'options'> {
  chunks: AsyncIterable<Buffer>
  adapters: ReadonlyMap<string, ActiveAdapter>
}
