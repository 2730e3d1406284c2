/** `lienthong reconcile …`: reconciliations from a shell. A running gateway does the asking. */
import { readFile, stat } from 'node:fs/promises'
import { toShortAgency } from '../model/codes.js'
import { decodeUtf8 } from '../model/text.js'
import type { Database } from '../db/open.js'
import { countByDay, listItems, listReconciliations, type ListedDossier } from '../reconciliation/reconciliations.sql.js'
import { loadAdapter } from '../adapters/registry.js'
import { ConfigError } from '../base/problem.js'
import { cancelReconciliation, countRepairs, repair, REPAIRABLE, startReconciliation } from '../reconciliation/commands.js'
import { checkCsvList, createRequestCheck, LIST_BYTES } from '../reconciliation/request.js'

export const RECONCILE_USAGE = `  lienthong reconcile start <adapter> [--unit H15.14] [--from yyyy-mm-dd] [--to yyyy-mm-dd]
                                  [--list file.csv|file.json]   danh sách của tỉnh / the province's list
  lienthong reconcile list
  lienthong reconcile show <id>                        đếm theo ngày và đơn vị / counts by day and unit
  lienthong reconcile items <id> [--verdict missing-there]
  lienthong reconcile repair <id> [--verdict …] [--dry-run]   gửi những gì bên nhận thiếu hoặc cũ / send what is missing or stale there
  lienthong reconcile cancel <id>
`

export interface ReconcileContext {
  db: Database
  args: readonly string[]
  options: { unit?: string | undefined, from?: string | undefined, to?: string | undefined, verdict?: string | undefined, list?: string | undefined, dryRun?: boolean | undefined }
}

const ACTOR = 'operator:cli'
const SHOWN = 10_000

export async function reconcileStart ({ db, args: [adapter = ''], options: { unit, from: receivedFrom, to: receivedTo, list: file } }: ReconcileContext): Promise<unknown> {
  await loadAdapter(adapter)
  const key = unit === undefined ? undefined : toShortAgency(unit)
  if (unit !== undefined && key === undefined) throw new ConfigError([`--unit: "${unit}" is no agency code like H15.14 or 000.00.14.H15`])
  for (const day of [receivedFrom, receivedTo]) {
    if (day !== undefined && !/^\d{4}-\d\d-\d\d$/.test(day)) throw new ConfigError([`"${day}" is no day like 2026-11-04`])
  }
  const list = file === undefined ? undefined : await readList(file, adapter)
  const id = await startReconciliation(db, { adapter, unit: key, receivedFrom, receivedTo }, { actor: ACTOR, list })
  return (await listReconciliations(db, { id, limit: 1 }))[0]
}

/** JSON holds the list alone: `[{"code":"…","sourceVersion":7}]`. Everything else is CSV. */
async function readList (file: string, adapter: string): Promise<readonly ListedDossier[]> {
  const text = await readText(file)
  const check = createRequestCheck()
  const checked = /\.json$/i.test(file) ? check({ adapter, dossiers: parseJson(file, text) }) : checkCsvList(check, text, { adapter })
  if (checked.errors === undefined) return checked.value.dossiers ?? []
  throw new ConfigError(checked.errors.map(({ pointer, code, message, messageEn }) => `${file} ${pointer} ${code}: ${message} / ${messageEn}`))
}

async function readText (file: string): Promise<string> {
  const bytes = await stat(file).then(async ({ size }) => size > LIST_BYTES ? undefined : readFile(file)).catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError([`--list: cannot read ${file} (${String(error.code)})`])
  })
  if (bytes === undefined) throw new ConfigError([`--list: ${file} has more than ${LIST_BYTES} bytes; reconcile unit by unit`])
  const text = decodeUtf8(bytes)
  if (text === undefined) throw new ConfigError([`--list: ${file} is not UTF-8; in a spreadsheet choose "CSV UTF-8"`])
  return text
}

/** The parser's own words quote the text. */
function parseJson (file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ConfigError([`--list: ${file} is not JSON`])
  }
}

export async function reconcileList ({ db }: ReconcileContext): Promise<unknown> {
  return listReconciliations(db, { limit: 50 })
}

export async function reconcileShow ({ db, args }: ReconcileContext): Promise<unknown> {
  const row = await named(db, args)
  return { ...row, days: await countByDay(db, row.id) }
}

export async function reconcileItems ({ db, args, options: { verdict } }: ReconcileContext): Promise<unknown> {
  const { id } = await named(db, args)
  return listItems(db, { id, verdict, limit: SHOWN })
}

/** All of them, in portions; the sweep of a running gateway sends them. */
export async function reconcileRepair ({ db, args, options: { verdict, dryRun } }: ReconcileContext): Promise<unknown> {
  const { id, adapter } = await named(db, args)
  const verdicts = verdict === undefined ? REPAIRABLE : [verdict]
  if (!verdicts.every(one => (REPAIRABLE as readonly string[]).includes(one))) throw new ConfigError([`--verdict: one of ${REPAIRABLE.join(', ')}`])
  if (dryRun === true) return { id, dryRun: true, matching: await countRepairs(db, { id, adapter, verdicts }) }
  let repaired = 0
  for (;;) {
    const { resent, left } = await repair(db, { id, adapter, verdicts, actor: ACTOR })
    repaired += resent.length
    // What is left then has a newer delivery on its way.
    if (resent.length === 0 || left === 0) return { id, repaired, left }
  }
}

export async function reconcileCancel ({ db, args }: ReconcileContext): Promise<unknown> {
  const { id } = await named(db, args)
  return { id, changed: await cancelReconciliation(db, id, ACTOR) }
}

async function named (db: Database, [id = '']: readonly string[]): Promise<Awaited<ReturnType<typeof listReconciliations>>[number]> {
  const [row] = /^[1-9]\d{0,17}$/.test(id) ? await listReconciliations(db, { id, limit: 1 }) : []
  if (row === undefined) throw new ConfigError([`reconcile: there is no reconciliation ${id}; see lienthong reconcile list`])
  return row
}
