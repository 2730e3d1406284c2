/** Measures that a busy machine does not falsify: it holds a process up for seconds, which is no slowness of ours. */

const TICK_MS = 10

/**
 * Milliseconds since the call, of which a moment in which this process was held up counts for two ticks at most. For waits:
 * a time-out that is not kept shows here as it does on the clock. Read once.
 */
export function stopwatch (): () => number {
  let counted = 0
  let last = performance.now()
  const count = (): void => {
    const now = performance.now()
    counted += Math.min(now - last, 2 * TICK_MS)
    last = now
  }
  const timer = setInterval(count, TICK_MS)
  timer.unref()
  return () => {
    clearInterval(timer)
    count()
    return counted
  }
}

/** Milliseconds of computing since the call: the smaller of the clock's and the processor's. For work without waits. */
export function effort (): () => number {
  const started = { at: performance.now(), cpu: process.cpuUsage() }
  return () => {
    const { user, system } = process.cpuUsage(started.cpu)
    return Math.min(performance.now() - started.at, (user + system) / 1000)
  }
}
