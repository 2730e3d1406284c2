/** Work that may hang: a store that keeps the line open and says nothing, a partner that never ends. */

/** Named by what took too long; it never carries a text of the work itself. */
export class DeadlineExceeded extends Error {
  constructor (ms: number) {
    super(`no end within ${ms} ms`)
    this.name = 'DeadlineExceeded'
  }
}

/**
 * Waits no longer than that. The signal tells the work to stop; what does not listen is left behind, so it must hold
 * nothing that others wait for.
 */
export async function withDeadline<T> (ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const error = new DeadlineExceeded(ms)
      controller.abort(error)
      reject(error)
    }, ms)
  })
  const working = work(controller.signal)
  // Once the deadline has won nobody listens to the work any more.
  working.catch(() => {})
  try {
    return await Promise.race([working, late])
  } finally {
    clearTimeout(timer)
  }
}

export interface Rounds {
  /** One round now, or the end of the one that runs. */
  run: () => Promise<void>
  close: () => Promise<void>
}

export interface RoundsOptions {
  /** Undefined: only when `run` is called. */
  everyMs: number | undefined
  deadlineMs: number
  round: (signal: AbortSignal) => Promise<void>
  onError: (error: Error) => void
}

/** A timer whose rounds never overlap; one that hangs is cut at its deadline, and the next one runs. */
export function startRounds ({ everyMs, deadlineMs, round, onError }: RoundsOptions): Rounds {
  const closing = new AbortController()
  let running: Promise<void> | undefined
  const run = async (): Promise<void> => {
    running ??= withDeadline(deadlineMs, signal => round(AbortSignal.any([signal, closing.signal])))
      .catch(onError)
      .finally(() => { running = undefined })
    await running
  }
  const timer = everyMs === undefined ? undefined : setInterval(() => { void run() }, everyMs)
  return {
    run,
    close: async () => {
      clearInterval(timer)
      closing.abort(new Error('the process is stopping'))
      await running
    }
  }
}
