/** Refusals are audited, but not without bound: a stranger who knocks a thousand times a second must not fill the log. */

const MINUTE_MS = 60_000

export interface RefusalGate {
  /** Undefined: not to be written down. Otherwise how many of the kind were left out since the last one that was. */
  admit: (kind: string, perMinute: number) => number | undefined
}

/** `kind` must come from a closed list: each has a place in memory. */
export function createRefusalGate (now: () => number): RefusalGate {
  const kinds = new Map<string, { since: number, written: number, leftOut: number }>()
  return {
    admit: (kind, perMinute) => {
      const known = kinds.get(kind) ?? { since: now(), written: 0, leftOut: 0 }
      kinds.set(kind, known)
      if (now() - known.since >= MINUTE_MS) Object.assign(known, { since: now(), written: 0 })
      if (known.written >= perMinute) {
        known.leftOut++
        return undefined
      }
      const { leftOut } = known
      Object.assign(known, { written: known.written + 1, leftOut: 0 })
      return leftOut
    }
  }
}
