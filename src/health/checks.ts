/** What readiness is made of, and when a failing check makes it red. */
import { toHanoi } from '../model/dates.js'
import { present } from '../model/present.js'
import type { StalledAdapter } from './watching.sql.js'

/** Nothing: the check passed. */
export interface Failure {
  /** For operators, Vietnamese first. No address of a store, no text of a store's own. */
  detail: string
  /** Red at once: it lasts already. Otherwise red when it has lasted for a while. */
  proven?: true
  adapters?: StalledAdapter[]
}

export interface Check extends Partial<Pick<Failure, 'adapters'>> {
  name: string
  ok: boolean
  /** Does it take the process out of the balancer? */
  red: boolean
  /** Since when it fails. */
  since?: string
  detail?: string
}

export interface Judge {
  (name: string, failure: Failure | undefined, note?: string): Check
}

/** Remembers since when each check fails: one lost ping must not take a process out of the balancer. */
export function createJudge (graceMs: number, clock: () => number): Judge {
  const failing = new Map<string, number>()
  return (name, failure, note) => {
    if (failure === undefined) {
      failing.delete(name)
      return { name, ok: true, red: false, ...present({ detail: note }) }
    }
    const now = clock()
    const since = failing.get(name) ?? now
    failing.set(name, since)
    const { detail, proven, adapters } = failure
    return { name, ok: false, red: proven === true || now - since >= graceMs, since: toHanoi(new Date(since)), detail, ...present({ adapters }) }
  }
}

/** `delivering`: processes that should be doing the work. */
export function stalledFailure (stalled: readonly StalledAdapter[], delivering: number): Failure | undefined {
  if (stalled.length === 0) return undefined
  const lines = stalled.map(({ adapter, overdue, since }) =>
    `${adapter}: ${overdue} lanes overdue, từ/since ${toHanoi(since)}`)
  const [vi, en] = delivering === 0
    ? ['không có tiến trình worker nào đang chạy: khởi động worker', 'no process that delivers is running: start a worker']
    : [`${delivering} worker đang chạy nhưng không lấy việc: xem nhật ký (queue.*, sweep.failed), Redis và kết nối tới PostgreSQL`, `${delivering} workers run and take nothing: look at the log (queue.*, sweep.failed), Redis and the connections to PostgreSQL`]
  return { detail: `${lines.join('; ')}. ${vi} / ${en}`, proven: true, adapters: [...stalled] }
}
