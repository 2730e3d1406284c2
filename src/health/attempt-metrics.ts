/** What a process's own attempts came to, for `/metrics`: counted where they end, so that no scrape reads a growing table. */
import { Counter, Histogram, Registry } from 'prom-client'

export interface AttemptFact {
  adapter: string
  /** The delivery's state afterwards. */
  state: string
  elapsedMs: number
  /** From the newest event that the revision reports to its delivery (design §2.15); only where it was delivered. */
  latenessSeconds?: number
}

export interface AttemptMetrics {
  registry: Registry
  note: (fact: AttemptFact) => void
}

/** From a second to a week. */
const LATENESS_SECONDS = [1, 5, 15, 60, 300, 900, 3600, 14_400, 86_400, 604_800]
const CALL_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

export function createAttemptMetrics (): AttemptMetrics {
  const registry = new Registry()
  const shared = { labelNames: ['adapter' as const], registers: [registry] }
  const attempts = new Counter({ name: 'lienthong_attempts_total', help: 'Attempts of this process by the state of the delivery afterwards.', labelNames: ['adapter', 'state'], registers: [registry] })
  const seconds = new Histogram({ ...shared, name: 'lienthong_attempt_seconds', help: 'Mapping, calls and evidence of one attempt.', buckets: CALL_SECONDS })
  const lateness = new Histogram({ ...shared, name: 'lienthong_lateness_seconds', help: 'From the event that a revision reports to its delivery.', buckets: LATENESS_SECONDS })
  return {
    registry,
    note: ({ adapter, state, elapsedMs, latenessSeconds }) => {
      attempts.inc({ adapter, state })
      seconds.observe({ adapter }, elapsedMs / 1000)
      // An event may be dated into the future; it is not early.
      if (latenessSeconds !== undefined) lateness.observe({ adapter }, Math.max(0, latenessSeconds))
    }
  }
}
