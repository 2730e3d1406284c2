/** Times of the phases of a run. */
export interface Phase {
  vi: string
  en: string
  seconds: number
}

export interface Clock {
  /** Ends a phase; laps of one name add up. */
  lap: (vi: string, en: string) => void
  phases: readonly Phase[]
}

/** The first lap counts from the start of the process. */
export function createClock (): Clock {
  const phases: Phase[] = []
  let since = 0
  return {
    phases,
    lap (vi, en) {
      const known = phases.find(phase => phase.en === en)
      const phase = known ?? { vi, en, seconds: 0 }
      if (known === undefined) phases.push(phase)
      phase.seconds += (performance.now() - since) / 1000
      since = performance.now()
    }
  }
}
