/** Stops a process in order, once, whoever asks for it. */
import type { Logger } from 'pino'
import { DeadlineExceeded, withDeadline } from '../base/deadline.js'

export type Closer = () => Promise<unknown>

/** Closes the newest first, and the rest even where one fails: a database server of ours would outlive us. */
export async function closeInReverse (closers: Closer[], onFailure: (error: Error) => void): Promise<void> {
  for (let close = closers.pop(); close !== undefined; close = closers.pop()) {
    try {
      await close()
    } catch (error) {
      onFailure(error as Error)
    }
  }
}

export interface StopClock {
  /** Milliseconds until the stop must be over; it runs from the first question. */
  left: () => number
  /** Of them, kept for writing down what was cut. */
  reserve: number
  /** A closer that is left behind when it hangs: what it held is found by other processes. */
  bounded: (part: string, close: Closer) => () => Promise<void>
}

/** What is left behind too late still gets a moment, so that one part that hangs does not cost the others their end. */
const MOMENT_MS = 1000
const RESERVE_MS = 3000

export function createStopClock (ms: number, log: Logger): StopClock {
  let end: number | undefined
  const left = (): number => {
    end ??= performance.now() + ms
    return end - performance.now()
  }
  return {
    left,
    reserve: Math.min(RESERVE_MS, ms / 4),
    bounded: (part, close) => async () => {
      try {
        await withDeadline(Math.max(left(), MOMENT_MS), close)
      } catch (error) {
        if (!(error instanceof DeadlineExceeded)) throw error
        log.warn({ event: 'gateway.stop-cut', part })
      }
    }
  }
}

export interface Stopper {
  /** Adds what must be closed before everything that was added earlier; closes it at once when the stop has come first. */
  before: (close: Closer) => void
  /** Whoever starts something looks here between its steps. */
  isStopping: () => boolean
  stop: (reason: string) => void
  /** Stops because of a failure: the process will end with 1. */
  fail: (error: Error) => void
  /** Resolves when everything is closed. */
  stopped: Promise<void>
}

export function createStopper (log: Logger): Stopper {
  const closers: Closer[] = []
  let stopping = false
  let done: () => void = () => {}
  const stopped = new Promise<void>(resolve => { done = resolve })

  async function closeAll (): Promise<void> {
    await closeInReverse(closers, error => {
      process.exitCode = 1
      log.error({ event: 'gateway.stop-failed', message: error.message })
    })
    log.info({ event: 'gateway.stopped' })
    done()
  }

  const stop = (reason: string): void => {
    if (stopping) return
    stopping = true
    log.info({ event: 'gateway.stopping', reason })
    void closeAll()
  }
  return {
    before: close => {
      closers.push(close)
      if (stopping) void closeAll()
    },
    isStopping: () => stopping,
    stop,
    fail: error => {
      process.exitCode = 1
      log.fatal({ event: 'gateway.failed', message: error.message })
      stop('failure')
    },
    stopped
  }
}
