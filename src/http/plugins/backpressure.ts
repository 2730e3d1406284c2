/** Pushes are answered 503 while a store is nearly full (`src/health/pressure.ts`); everything else goes on. */
import fp from 'fastify-plugin'
import { Problem } from '../../base/problem.js'
import type { Cause } from '../../health/pressure.js'
import { simple } from './problems.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Stores what a client sends: closed while there is no room. `files`: also while there is none for files. */
    intake?: boolean | 'files'
  }
}

export interface BackpressureOptions {
  closedBy: () => ReadonlySet<Cause>
}

const RETRY_SECONDS = 30

const TEXTS: Readonly<Record<Cause, { title: [string, string], detail: [string, string] }>> = {
  'storage-nearly-full': {
    title: ['Ổ đĩa sắp đầy', 'The disk is nearly full'],
    detail: ['Chưa lưu gì: ổ đĩa của cơ sở dữ liệu riêng sắp đầy. Gửi lại y nguyên sau, với cùng Idempotency-Key. Người vận hành: giải phóng ổ đĩa của DATA_DIR (giới hạn DISK_FREE_MIN_MB).', 'Nothing was stored: the disk of the private database is nearly full. Send the same again later, with the same Idempotency-Key. Operators: make room on the disk of DATA_DIR (limit DISK_FREE_MIN_MB).']
  },
  'files-nearly-full': {
    title: ['Ổ đĩa chứa tệp sắp đầy', 'The disk of the files is nearly full'],
    detail: ['Chưa lưu gì: ổ đĩa chứa tệp sắp đầy. Gửi lại tệp sau; hồ sơ không kèm tệp tải lên vẫn gửi được. Người vận hành: giải phóng ổ đĩa của FILES_DIR (giới hạn DISK_FREE_MIN_MB).', 'Nothing was stored: the disk of the files is nearly full. Send the file again later; dossiers without a new file are still taken. Operators: make room on the disk of FILES_DIR (limit DISK_FREE_MIN_MB).']
  },
  'database-nearly-full': {
    title: ['Cơ sở dữ liệu sắp đầy', 'The database is nearly full'],
    detail: ['Chưa lưu gì: cơ sở dữ liệu sắp chạm giới hạn. Gửi lại y nguyên sau, với cùng Idempotency-Key. Người vận hành: mở rộng cơ sở dữ liệu, rồi nâng DATABASE_MAX_GB.', 'Nothing was stored: the database is close to its limit. Send the same again later, with the same Idempotency-Key. Operators: give the database more room, then raise DATABASE_MAX_GB.']
  },
  'queue-nearly-full': {
    title: ['Redis sắp đầy', 'Redis is nearly full'],
    detail: ['Chưa lưu gì: Redis của hàng đợi sắp hết bộ nhớ. Gửi lại y nguyên sau, với cùng Idempotency-Key. Người vận hành: nâng maxmemory của Redis hoặc bỏ những gì không thuộc hàng đợi.', 'Nothing was stored: the queue\'s Redis is nearly out of memory. Send the same again later, with the same Idempotency-Key. Operators: raise maxmemory of Redis or remove what is not the queue\'s.']
  }
}

/** Of an import that runs: what it has stored stays. */
export function closedMidway (cause: Cause): Problem {
  const { title: [title, titleEn] } = TEXTS[cause]
  return new Problem({
    status: 503,
    code: cause,
    title,
    titleEn,
    detail: 'Việc nạp dừng giữa chừng; các dòng đã nạp được giữ nguyên. Gửi lại cả tệp sau, với cùng khóa: dòng đã nạp được bỏ qua. Người vận hành: xem docs/operating.md, mục 6.',
    detailEn: 'The import broke off; lines that were imported stay. Send the whole file again later, with the same key: they are skipped. Operators: see docs/operating.md, section 6.',
    headers: { 'retry-after': String(RETRY_SECONDS), connection: 'close' }
  })
}

export default fp<BackpressureOptions>(async function backpressure (app, { closedBy }) {
  app.addHook('onRequest', async request => {
    const { intake = false } = request.routeOptions.config
    if (intake !== false) refuseWhileFull(closedBy, intake)
  })
}, { name: 'backpressure', fastify: '5.x' })

/** Why nothing more is taken. The disk of the files concerns uploads alone. */
export function closingCause (closedBy: BackpressureOptions['closedBy'], intake: true | 'files' = true): Cause | undefined {
  return [...closedBy()].find(one => intake === 'files' || one !== 'files-nearly-full')
}

export function refuseWhileFull (closedBy: BackpressureOptions['closedBy'], intake: true | 'files' = true): void {
  const cause = closingCause(closedBy, intake)
  if (cause === undefined) return
  const { options } = simple(503, cause, TEXTS[cause])
  throw new Problem({ ...options, headers: { 'retry-after': String(RETRY_SECONDS) } })
}
