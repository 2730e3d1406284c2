/** Metrics for Prometheus. Labels are ids of adapters and states, never codes of dossiers. */
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Check } from '../../health/checks.js'
import type { Numbers } from '../../health/numbers.js'

export interface Scrape {
  adapters: Iterable<string>
  /** Undefined: not read yet, so nothing is said. */
  numbers: Numbers | undefined
  checks: readonly Check[]
  closedBy: Iterable<string>
}

export interface Metrics {
  contentType: string
  render: (scrape: Scrape) => Promise<string>
}

/** `attempts`: what this process counts by itself. */
export function createMetrics (attempts: Registry): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[]): Gauge<L> => new Gauge({ name, help, labelNames, registers: [registry] })
  const count = gauge('lienthong_open_deliveries', 'Deliveries that wait, run or are held.', ['adapter', 'state'])
  const age = gauge('lienthong_oldest_open_delivery_seconds', 'Age of the oldest open delivery.', ['adapter', 'state'])
  const near = gauge('lienthong_near_due', 'Finished dossiers, due soon or late, whose newest revision is not at the partner.', ['adapter'])
  const open = gauge('lienthong_target_open', 'Accounts at partners whose breaker is open; the unit is empty for the adapter\'s own.', ['adapter', 'unit'])
  const polled = gauge('lienthong_last_poll_seconds', 'Since messages that wait at the partner were last pulled.', ['adapter'])
  const behind = gauge('lienthong_events_behind_seconds', 'Age of the oldest fact that is no event yet.', [])
  const taken = gauge('lienthong_numbers_age_seconds', 'Age of the numbers above: they are read beside the scrape.', [])
  const passing = gauge('lienthong_check_ok', 'Checks of /readyz: 1 passes, 0 fails.', ['check'])
  const stalled = gauge('lienthong_stalled_lanes', 'Lanes that are overdue while nothing of their adapter moves, up to 1000.', ['adapter'])
  const closed = gauge('lienthong_intake_closed', 'Pushes are answered 503, by cause.', ['cause'])

  function setNumbers ({ takenAt, backlog, nearDue, openTargets, polls, unreadSince }: Numbers): void {
    for (const { adapter, polled_at: at } of polls) if (at !== null) polled.set({ adapter }, (Date.now() - at.getTime()) / 1000)
    for (const { adapter, state, count: deliveries, oldest } of backlog) {
      count.set({ adapter, state }, deliveries)
      age.set({ adapter, state }, (Date.now() - oldest.getTime()) / 1000)
    }
    for (const { adapter, count: dossiers } of nearDue) near.set({ adapter }, dossiers)
    for (const { adapter, account: unit } of openTargets) open.set({ adapter, unit }, 1)
    behind.set(unreadSince === undefined ? 0 : Math.max(0, (Date.now() - unreadSince.getTime()) / 1000))
    taken.set((Date.now() - takenAt) / 1000)
  }

  return {
    contentType: registry.contentType,
    render: async ({ adapters, numbers, checks, closedBy }) => {
      for (const one of [count, age, near, open, polled, behind, taken, passing, stalled, closed]) one.reset()
      for (const adapter of adapters) {
        stalled.set({ adapter }, 0)
        if (numbers === undefined) continue
        count.set({ adapter, state: 'queued' }, 0)
        near.set({ adapter }, 0)
      }
      if (numbers !== undefined) setNumbers(numbers)
      for (const { name, ok, adapters: standing = [] } of checks) {
        passing.set({ check: name }, ok ? 1 : 0)
        for (const { adapter, overdue } of standing) stalled.set({ adapter }, overdue)
      }
      for (const cause of closedBy) closed.set({ cause }, 1)
      return Registry.merge([registry, attempts]).metrics()
    }
  }
}
