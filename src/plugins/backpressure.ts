/** Pushes are answered 503 while a store is nearly full (`src/health/pressure.ts`); everything else goes on. */
import fp from 'fastify-plugin'
import { Problem } from '../errors.js'
import type { Cause } from '../health/pressure.js'
import { simple } from './problems.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Stores what a client sends: closed while there is no room. */
    intake?: boolean
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
  'database-nearly-full': {
    title: ['Cơ sở dữ liệu sắp đầy', 'The database is nearly full'],
    detail: ['Chưa lưu gì: cơ sở dữ liệu sắp chạm giới hạn. Gửi lại y nguyên sau, với cùng Idempotency-Key. Người vận hành: mở rộng cơ sở dữ liệu, rồi nâng DATABASE_MAX_GB.', 'Nothing was stored: the database is close to its limit. Send the same again later, with the same Idempotency-Key. Operators: give the database more room, then raise DATABASE_MAX_GB.']
  },
  'queue-nearly-full': {
    title: ['Redis sắp đầy', 'Redis is nearly full'],
    detail: ['Chưa lưu gì: Redis của hàng đợi sắp hết bộ nhớ. Gửi lại y nguyên sau, với cùng Idempotency-Key. Người vận hành: nâng maxmemory của Redis hoặc bỏ những gì không thuộc hàng đợi.', 'Nothing was stored: the queue\'s Redis is nearly out of memory. Send the same again later, with the same Idempotency-Key. Operators: raise maxmemory of Redis or remove what is not the queue\'s.']
  }
}

export default fp<BackpressureOptions>(async function backpressure (app, { closedBy }) {
  app.addHook('onRequest', async request => {
    if (request.routeOptions.config.intake === true) refuseWhileFull(closedBy)
  })
}, { name: 'backpressure', fastify: '5.x' })

export function refuseWhileFull (closedBy: BackpressureOptions['closedBy']): void {
  const [cause] = closedBy()
  if (cause === undefined) return
  const { options } = simple(503, cause, TEXTS[cause])
  throw new Problem({ ...options, headers: { 'retry-after': String(RETRY_SECONDS) } })
}
