/** A bounded number of things at once, first come first served; whoever waits may give up. */
export interface Slots {
  /** Runs the work when a slot is free. Rejects with what `gaveUp` makes of the signal when it is aborted before. */
  run: <T>(signal: AbortSignal, work: () => Promise<T>) => Promise<T>
}

export function createSlots (count: number, gaveUp: (signal: AbortSignal) => Error): Slots {
  let free = count
  const waiting: Array<() => void> = []

  async function turn (signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const go = (): void => {
        signal.removeEventListener('abort', giveUp)
        resolve()
      }
      const giveUp = (): void => {
        waiting.splice(waiting.indexOf(go), 1)
        reject(gaveUp(signal))
      }
      waiting.push(go)
      signal.addEventListener('abort', giveUp, { once: true })
      if (signal.aborted) giveUp()
    })
  }

  function release (): void {
    const next = waiting.shift()
    if (next === undefined) free++
    else next()
  }

  return {
    run: async (signal, work) => {
      if (free > 0) free--
      else await turn(signal)
      try {
        return await work()
      } finally {
        release()
      }
    }
  }
}
