/** When a waiting delivery is attempted next, and what else it waits for: shown wherever a delivery is. Pure. */
import { quietUntil } from './quiet-hours.js'
import type { QuietHours } from '../../adapter-kit/manifest.js'

export interface WaitingDelivery {
  state: string
  next_attempt_at: Date
  /** The refused or failed delivery behind which its lane waits. */
  blocked_by: string | null
  /** Since when its adapter is paused. */
  paused_at: Date | null
  /** When it is tried whether the partner is back, while the breaker is open. */
  probe_at: Date | null
}

export interface NextAttempt {
  /** Null: it is not waiting, or somebody has to do something first. */
  at: Date | null
  /** Why later than its own time. */
  waitsFor?: 'delivery' | 'resume' | 'breaker' | 'quiet-hours'
}

export function nextAttempt (row: WaitingDelivery, quietHours: readonly QuietHours[]): NextAttempt {
  if (row.state !== 'queued' && row.state !== 'retrying') return { at: null }
  if (row.blocked_by !== null) return { at: null, waitsFor: 'delivery' }
  if (row.paused_at !== null) return { at: null, waitsFor: 'resume' }
  const opened = row.probe_at !== null && row.probe_at > row.next_attempt_at
  const at = opened ? row.probe_at as Date : row.next_attempt_at
  const quiet = quietUntil(quietHours, at)
  if (quiet !== undefined) return { at: quiet, waitsFor: 'quiet-hours' }
  return { at, ...(opened ? { waitsFor: 'breaker' } : {}) }
}
