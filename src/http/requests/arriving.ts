/** A body that is read while it arrives, with an end to every wait. */
import type { Readable } from 'node:stream'
import { Problem } from '../../base/problem.js'
import { simple } from '../plugins/problems.js'

export interface ArrivingOptions {
  /** Longest wait for the client's next bytes. Time in which the gateway itself is busy does not count. */
  idleMs: number
  /** The process is to stop. */
  stopping: AbortSignal
  /** What the client is told; by default, that an import broke off. */
  brokenOff?: (status: 408 | 503) => Problem
}

/** The body's chunks. A reader that leaves early leaves the connection whole, so that it can still be answered. */
export async function * arrivingChunks (body: Readable, options: ArrivingOptions): AsyncGenerator<Buffer> {
  const chunks = body.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Buffer>
  for (;;) {
    const next = await inTime(chunks.next(), options)
    if (next.done === true) return
    yield next.value
  }
}

async function inTime<T> (waited: Promise<T>, { idleMs, stopping, brokenOff = uploadBrokenOff }: ArrivingOptions): Promise<T> {
  let forget: () => void = () => {}
  const end = new Promise<never>((_resolve, reject) => {
    const stop = (): void => { reject(brokenOff(503)) }
    const timer = setTimeout(() => { reject(brokenOff(408)) }, idleMs)
    stopping.addEventListener('abort', stop)
    if (stopping.aborted) stop()
    forget = () => {
      clearTimeout(timer)
      stopping.removeEventListener('abort', stop)
    }
  })
  // The loser of the race may still fail, unheard.
  waited.catch(() => {})
  return Promise.race([waited, end]).finally(forget)
}

/** The rest of the body is not waited for: it would keep a stop, or a dead connection, for hours. */
function uploadBrokenOff (status: 408 | 503): Problem {
  const problem = simple(status, status === 408 ? 'import-idle' : 'import-stopped', {
    title: ['Việc nạp bị ngắt giữa chừng', 'The import broke off'],
    detail: ['Các dòng đã nạp được giữ nguyên. Gửi lại cả tệp, với cùng khóa nếu có: dòng đã nạp được bỏ qua.', 'Lines that were imported stay. Send the whole file again, with the same key if there was one: they are skipped.']
  })
  return new Problem({ ...problem.options, headers: { connection: 'close', ...(status === 503 ? { 'retry-after': '30' } : {}) } })
}
