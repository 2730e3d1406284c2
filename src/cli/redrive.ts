/** `lienthong redrive …`: sending many again from a shell. A running gateway does the work; the command starts, watches and steers. */
import { setTimeout as delay } from 'node:timers/promises'
import { listCauses } from '../operations/deliver/causes.sql.js'
import type { Database } from '../db/open.js'
import { listRedriveItems, listRedrives, type RedriveChange, type RedriveRow } from '../redrive/jobs.sql.js'
import { ConfigError } from '../base/problem.js'
import { NotConfirmed, planRedrive, startRedrive, steerRedrive } from '../redrive/commands.js'
import { confirmationNeeded } from '../redrive/confirmation.js'
import { readFilter } from '../redrive/request.js'
import type { Config } from '../config/gateway.js'

export const REDRIVE_USAGE = `  lienthong redrive causes [--adapter …] [--state …]   mỗi nguyên nhân một dòng / one line a cause
  lienthong redrive start <filter> [--rate N] [--yes N] [--dry-run] [--watch]   đếm, rồi cho gửi lại / count, then redrive
    filter: --adapter --state --failure-code --fingerprint --unit H15.14 --procedure --unblocked
            --planned-from --planned-to --failed-from --failed-to 2026-11-04T08:00:00+07:00
  lienthong redrive list
  lienthong redrive show <id> [--watch]                tiến độ / progress
  lienthong redrive items <id>                         kết quả từng lần gửi / what came of each
  lienthong redrive pause|resume|cancel <id>
`

export const REDRIVE_OPTIONS = {
  adapter: { type: 'string' },
  state: { type: 'string' },
  'failure-code': { type: 'string' },
  fingerprint: { type: 'string' },
  procedure: { type: 'string' },
  unblocked: { type: 'boolean' },
  'planned-from': { type: 'string' },
  'planned-to': { type: 'string' },
  'failed-from': { type: 'string' },
  'failed-to': { type: 'string' },
  rate: { type: 'string' },
  yes: { type: 'string' },
  watch: { type: 'boolean' }
} as const

type OptionValues = { [name in keyof typeof REDRIVE_OPTIONS]?: string | boolean | undefined }

export interface RedriveContext {
  db: Database
  config: Config
  args: readonly string[]
  options: OptionValues & { unit?: string | undefined, dryRun?: boolean | undefined }
}

const ACTOR = 'operator:cli'
const SHOWN = 10_000
const LISTED = 50
const WATCH_MS = 1000

export async function redriveCauses ({ db, options: { adapter, state } }: RedriveContext): Promise<unknown> {
  return listCauses(db, { adapter: text(adapter), state: text(state), limit: LISTED })
}

/** Without a confirmation that is needed it tells what it would do, and how to say yes. */
export async function redriveStart (context: RedriveContext): Promise<unknown> {
  const { db, config, options } = context
  const filter = readFilter(filterOf(options))
  if (filter === undefined) throw new ConfigError(['redrive start: give a filter; see lienthong --help for its options and their form'])
  const rate = whole('rate', options.rate)
  const confirmation = { above: config.redriveConfirmAbove, count: whole('yes', options.yes) }
  const plan = await planRedrive(db, filter)
  if (options.dryRun === true) return { dryRun: true, ...plan }
  if (confirmationNeeded(plan.matching, confirmation)) {
    process.stdout.write(`${JSON.stringify(plan, null, 2)}\n`)
    throw notConfirmed(plan.matching)
  }
  const job = await startRedrive(db, { filter, rate, actor: ACTOR }, confirmation).catch((error: unknown) => {
    throw error instanceof NotConfirmed ? notConfirmed(error.matching) : error
  })
  return options.watch === true ? watch(db, job) : job
}

export async function redriveList ({ db }: RedriveContext): Promise<unknown> {
  return listRedrives(db, { limit: LISTED })
}

export async function redriveShow ({ db, args, options }: RedriveContext): Promise<unknown> {
  const job = await named(db, args)
  return options.watch === true ? watch(db, job) : job
}

export async function redriveItemList ({ db, args }: RedriveContext): Promise<unknown> {
  const { id } = await named(db, args)
  return listRedriveItems(db, { id, limit: SHOWN })
}

export function redriveSteer (change: RedriveChange): (context: RedriveContext) => Promise<unknown> {
  return async ({ db, args }) => {
    const { id } = await named(db, args)
    const changed = await steerRedrive(db, id, { change, actor: ACTOR })
    return { ...await named(db, [id]), changed }
  }
}

/** A line a second to standard error until the job has ended or stands still; then the job. */
async function watch (db: Database, { id }: RedriveRow): Promise<RedriveRow> {
  for (;;) {
    const job = await named(db, [id])
    const done = job.redriven + job.superseded + job.skipped
    process.stderr.write(`${job.state} ${done}/${job.total} (redriven ${job.redriven}, superseded ${job.superseded}, skipped ${job.skipped})\n`)
    if (job.state !== 'running') return job
    await delay(WATCH_MS)
  }
}

function filterOf (options: RedriveContext['options']): Record<string, unknown> {
  return {
    adapter: options.adapter,
    state: options.state,
    failureCode: options['failure-code'],
    fingerprint: options.fingerprint,
    unit: options.unit,
    procedure: options.procedure,
    unblocked: options.unblocked,
    plannedFrom: options['planned-from'],
    plannedTo: options['planned-to'],
    failedFrom: options['failed-from'],
    failedTo: options['failed-to']
  }
}

function text (value: string | boolean | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function whole (name: string, value: string | boolean | undefined): number | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'string' || !/^[1-9]\d{0,8}$/.test(value)) throw new ConfigError([`--${name}: a whole number from 1`])
  return Number(value)
}

function notConfirmed (matching: number): ConfigError {
  return new ConfigError([
    `redrive start: bộ lọc khớp ${matching} lần gửi; xem lại rồi thêm --yes ${matching}. Không có gì được gửi lại.`,
    `redrive start: the filter matches ${matching} deliveries; look at them, then add --yes ${matching}. Nothing was redriven.`
  ])
}

async function named (db: Database, [id = '']: readonly string[]): Promise<RedriveRow> {
  const [row] = /^[1-9]\d{0,17}$/.test(id) ? await listRedrives(db, { id, limit: 1 }) : []
  if (row === undefined) throw new ConfigError([`redrive: there is no redrive ${id}; see lienthong redrive list`])
  return row
}
