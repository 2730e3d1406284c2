/** `lienthong doctor`: settings and stores, and with `--after-restore` the lanes where partners may be ahead of us. */
import { createCodeBooks } from '../codes/books.js'
import type { Config } from '../config/gateway.js'
import type { Database } from '../db/open.js'
import { activateAdapters, closeAdapter } from '../adapters/activate.js'
import { examine } from './examine.js'
import { ConfigError } from '../base/problem.js'
import { afterRestore } from '../reconciliation/after-restore.js'

export const DOCTOR_USAGE = `  lienthong doctor                                     kiểm tra cấu hình và kho dữ liệu / check settings and stores
  lienthong doctor --after-restore [--since <time>] [--ask 200]
                                                       sau khi khôi phục: hồ sơ mà bên nhận có thể mới hơn / where partners may be ahead of us
`

export interface DoctorContext {
  db: Database
  config: Config
  options: { 'after-restore'?: boolean | undefined, since?: string | undefined, ask?: string | undefined }
}

const ASKED = '200'

export async function doctor ({ db, config, options }: DoctorContext): Promise<unknown> {
  const adapters = await activateAdapters({ environment: config.environment, wanted: config.adapters })
  try {
    if (options['after-restore'] === true) return await restored({ db, config, options }, adapters)
    const report = await examine(db, { adapters: [...adapters.keys()], config })
    if (report.some(line => !line.ok)) process.exitCode = 1
    return report
  } finally {
    for (const adapter of adapters.values()) await closeAdapter(adapter)
  }
}

async function restored ({ db, config, options }: DoctorContext, adapters: Awaited<ReturnType<typeof activateAdapters>>): Promise<unknown> {
  const { since, ask = ASKED } = options
  if (since !== undefined && Number.isNaN(Date.parse(since))) throw new ConfigError([`--since: "${since}" is no time like 2026-11-04T02:30:00+07:00`])
  if (!/^\d{1,6}$/.test(ask)) throw new ConfigError(['--ask: how many dossiers each partner is asked about, like 200; 0 asks nothing'])
  if (!config.outboundPaused) process.stderr.write('OUTBOUND không phải paused: tiến trình đang chạy có thể gửi hồ sơ cũ / OUTBOUND is not paused: running processes may send old states\n')
  const report = await afterRestore({
    db,
    adapters,
    books: createCodeBooks(db),
    since: since === undefined ? undefined : new Date(since),
    ask: Number(ask),
    perMinute: config.reconcile.perMinute
  })
  if (report.adapters.some(({ ahead, unknown }) => ahead + unknown > 0)) process.exitCode = 1
  return { outbound: config.outboundPaused ? 'paused' : 'on', ...report }
}
