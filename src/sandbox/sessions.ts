/** Sessions of the portal: issued by login, carried in the body of every call (contract §1.3). */
import { randomUUID } from 'node:crypto'
import type { Clock } from './clock.js'
import type { SandboxSettings } from './settings.js'

export interface SandboxSessions {
  issue: () => string
  /** Counts the call against the session; false when the session is unknown or over. */
  use: (id: string) => boolean
  revoke: (id: string) => void
  clear: () => void
}

const MOST_SESSIONS = 10_000

export function createSessions (settings: () => SandboxSettings, now: Clock): SandboxSessions {
  const open = new Map<string, { issuedAt: number, calls: number }>()
  let issued = 0
  return {
    issue () {
      // The random part keeps a session of an earlier sandbox process from being taken for one of this.
      const id = `sandbox-session-${++issued}-${randomUUID().slice(0, 8)}`
      open.set(id, { issuedAt: now(), calls: 0 })
      forgetOldest(open)
      return id
    },
    use (id) {
      const session = open.get(id)
      if (session === undefined) return false
      const { sessionSeconds, sessionCalls } = settings()
      const over = now() - session.issuedAt >= sessionSeconds * 1000 || (sessionCalls > 0 && session.calls >= sessionCalls)
      if (over) open.delete(id)
      else session.calls++
      return !over
    },
    revoke: id => { open.delete(id) },
    clear: () => { open.clear() }
  }
}

function forgetOldest (open: Map<string, unknown>): void {
  for (const id of open.keys()) {
    if (open.size <= MOST_SESSIONS) return
    open.delete(id)
  }
}
