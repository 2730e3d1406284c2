/** Everything the portal received, oldest dropped first when the caps on number or bytes are reached. */
import { parseJson } from '../model/json.js'
import type { Call } from './call.js'
import { stamp } from './clock.js'
import type { Clock } from './clock.js'

export interface Said {
  status: number
  error_code?: number | string
  message?: string
}

export interface LogEntry {
  n: number
  at: string
  call: Call
  fault?: { id: string, kind: string }
  /** What the service decided; absent when a fault kept it from working. */
  done?: Said
  /** What the client was given in full; absent while it waits, and when it was given nothing or half. */
  answered?: Said
}

export interface RequestFilter {
  service?: string | undefined
  code?: string | undefined
  after: number
  limit: number
}

export interface LogCaps {
  keptRequests: number
  keptBytes: number
}

export interface RequestLog {
  arrived: (call: Call) => LogEntry
  list: (filter: RequestFilter) => LogEntry[]
  total: () => number
  dropped: () => number
  clear: () => void
}

export function createRequestLog (caps: LogCaps, now: Clock): RequestLog {
  const kept = new Map<number, LogEntry>()
  let total = 0
  let bytes = 0

  function dropOldest (): void {
    for (const [n, entry] of kept) {
      if (kept.size <= caps.keptRequests && bytes <= caps.keptBytes) return
      kept.delete(n)
      bytes -= entry.call.body.length
    }
  }

  return {
    arrived (call) {
      const entry: LogEntry = { n: ++total, at: stamp(now()), call }
      kept.set(entry.n, entry)
      bytes += call.body.length
      dropOldest()
      return entry
    },
    list: filter => select(kept, total, filter),
    total: () => total,
    dropped: () => total - kept.size,
    clear () {
      kept.clear()
      total = 0
      bytes = 0
    }
  }
}

function select (kept: ReadonlyMap<number, LogEntry>, total: number, filter: RequestFilter): LogEntry[] {
  const { service, code, after, limit } = filter
  const first = kept.keys().next().value ?? 1
  const chosen: LogEntry[] = []
  for (let n = Math.max(after + 1, first); n <= total && chosen.length < limit; n++) {
    const entry = kept.get(n)
    if (entry === undefined) continue
    if (service !== undefined && entry.call.service !== service) continue
    if (code !== undefined && !entry.call.codes.includes(code)) continue
    chosen.push(entry)
  }
  return chosen
}

/** An entry as the control API shows it. */
export function shownEntry (entry: LogEntry): Record<string, unknown> {
  const { n, at, call, fault = null, done = null, answered = null } = entry
  const { path, service = null, isUpdating = null, session = null, codes, body } = call
  const text = body.toString('utf8')
  return { n, at, path, service, isUpdating, session, codes, body: parseJson(text) ?? text, fault, done, answered }
}
