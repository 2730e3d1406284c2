/** Logs: pino, with personal data out of reach of its serialisers, and a limit on repeated lines. */
import { pino, type Logger } from 'pino'

export function createLog (level: string): Logger {
  return pino({
    level,
    base: { service: 'lienthong', pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    // Requests are logged by method and route, never by URL: a dossier code in a path is the most that may appear.
    redact: { paths: ['req.headers.authorization', '*.password', '*.session', '*.key'], censor: '***' }
  })
}

/** While a store is away the same line would come thousands of times a second (field case svix#1844). */
const WINDOW_MS = 1000

/** One line a second for each event; the next one says how many were left out. */
export function limitedLog (log: Logger): LimitedLog {
  const seen = new Map<string, { at: number, leftOut: number }>()
  return (event, details) => {
    const now = Date.now()
    const last = seen.get(event)
    if (last !== undefined && now - last.at < WINDOW_MS) {
      last.leftOut++
      return
    }
    log.warn({ event, ...details, ...(last === undefined || last.leftOut === 0 ? {} : { leftOut: last.leftOut }) })
    seen.set(event, { at: now, leftOut: 0 })
  }
}

export interface LimitedLog {
  /** Already limited: at most one line a second and kind, with the count of those left out. */
  (event: string, details: Record<string, unknown>): void
}
