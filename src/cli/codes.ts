/** `lienthong codes …`: a province's code tables from a shell. */
import { readFile } from 'node:fs/promises'
import type { CodeTable } from '../model/dossier-types.js'
import { decodeUtf8 } from '../model/text.js'
import { writeCsv } from '../codes/csv.js'
import { importTable, type ImportResult, type TableImport } from '../codes/editing.js'
import { codeCounts, listCodes } from '../codes/codes.sql.js'
import type { Database } from '../db/open.js'
import { countRedrivable, countUnblocked, unblockedFilter } from '../redrive/filter.sql.js'
import { redriveDeliveries, REDRIVE_LIMIT } from '../redrive/redrive.js'
import { loadAdapter, type LoadedAdapter } from '../adapters/registry.js'
import { readCsv } from '../base/csv.js'
import { createCheck } from '../dossier/validate.js'
import { ConfigError, type ProblemItem } from '../base/problem.js'

export const CODES_USAGE = `  lienthong codes list <adapter>                       các bảng mã và số dòng / tables and their rows
  lienthong codes export <adapter> <table> [--format csv|json]
  lienthong codes import <adapter> <table> <file.csv|file.json> [--replace] [--dry-run]
  lienthong codes set <adapter> <table> <local> <partner> [--name …] [--from yyyy-mm-dd] [--to yyyy-mm-dd] [--successor …]
  lienthong codes redrive <adapter> [--dry-run]        gửi lại những gì bảng mã mới đã mở / redrive what new rows unblock
`

export interface CodesOptions {
  name?: string | undefined
  from?: string | undefined
  to?: string | undefined
  successor?: string | undefined
  format?: string | undefined
  replace?: boolean | undefined
  dryRun?: boolean | undefined
}

export interface CodesContext {
  db: Database
  args: readonly string[]
  options: CodesOptions
}

const ACTOR = 'operator:cli'

export async function codesList ({ db, args: [id = ''] }: CodesContext): Promise<unknown> {
  const { manifest } = await loadAdapter(id)
  const counts = await codeCounts(db)
  return Object.entries(manifest.codeTables ?? {}).map(([table, { title }]) => ({
    table, title: title.vi, titleEn: title.en, rows: counts.find(row => row.adapter === id && row.table === table)?.count ?? 0
  }))
}

/** Text for CSV, so that it can be sent to a file. */
export async function codesExport ({ db, args, options: { format = 'csv' } }: CodesContext): Promise<unknown> {
  const { owner, table } = await named(args)
  const rows = await listCodes(db, { adapter: owner.manifest.id, table })
  return format === 'csv' ? writeCsv(rows) : { rows: rows.map(({ local, partner, name, validFrom, validTo, successor }) => ({ local, partner, name, validFrom, validTo, successor })) }
}

export async function codesImport ({ db, args, options }: CodesContext): Promise<ImportResult> {
  const { owner, table } = await named(args)
  const rows = await readTable(String(args[2]))
  return imported(db, { owner, table, rows, mode: options.replace === true ? 'replace' : 'merge', dryRun: options.dryRun === true, actor: ACTOR })
}

export async function codesSet ({ db, args, options: { name, from: validFrom, to: validTo, successor } }: CodesContext): Promise<ImportResult> {
  const { owner, table } = await named(args)
  const [,, local, partner] = args
  const given = Object.entries({ local, partner, name, validFrom, validTo, successor }).filter(([, value]) => value !== undefined)
  const rows = checkedRows({ rows: [Object.fromEntries(given)] })
  return imported(db, { owner, table, rows, mode: 'merge', dryRun: false, actor: ACTOR })
}

/** All of them, in portions; the sweep of a running gateway sends them. */
export async function codesRedrive ({ db, args: [id = ''], options }: CodesContext): Promise<unknown> {
  await loadAdapter(id)
  const filter = unblockedFilter(id)
  if (options.dryRun === true) return { dryRun: true, matching: await countRedrivable(db, filter) }
  let redriven = 0
  for (;;) {
    const part = await redriveDeliveries(db, filter, ACTOR)
    redriven += part.redriven.length
    if (part.redriven.length < REDRIVE_LIMIT) return { redriven }
  }
}

async function imported (db: Database, request: Omit<TableImport, 'countUnblocked'>): Promise<ImportResult> {
  const outcome = await importTable(db, { ...request, countUnblocked })
  if ('errors' in outcome) throw refused(outcome.errors)
  return outcome.result
}

async function named ([id = '', table = '']: readonly string[]): Promise<{ owner: LoadedAdapter, table: string }> {
  const owner = await loadAdapter(id)
  if (Object.hasOwn(owner.manifest.codeTables ?? {}, table)) return { owner, table }
  throw new ConfigError([`codes: ${id} has no table "${table}"; there are ${Object.keys(owner.manifest.codeTables ?? {}).join(', ')}`])
}

async function readTable (file: string): Promise<CodeTable['rows']> {
  const text = decodeUtf8(await readFile(file))
  if (text === undefined) throw new ConfigError([`${file}: not UTF-8; in a spreadsheet choose "CSV UTF-8"`])
  if (file.endsWith('.json')) return checkedRows(JSON.parse(text))
  const csv = readCsv(text)
  if (csv.errors.length > 0) throw refused(csv.errors)
  return checkedRows({ rows: csv.rows }, csv.lines)
}

function checkedRows (document: unknown, lines: readonly number[] = []): CodeTable['rows'] {
  const checked = createCheck<CodeTable>('code-table')(document)
  if (checked.errors === undefined) return checked.value.rows
  throw refused(checked.errors, lines)
}

function refused (errors: readonly ProblemItem[], lines: readonly number[] = []): ConfigError {
  return new ConfigError(errors.slice(0, 100).map(({ pointer, message, messageEn }) => {
    const line = lines[Number(/^\/rows\/(\d+)/.exec(pointer)?.[1])]
    return `${line === undefined ? pointer : `dòng/line ${line} ${pointer}`}: ${message} / ${messageEn}`
  }))
}
