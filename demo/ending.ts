/** When the demo must end: at its deadline, at Ctrl-C, when a child is lost. */
import { setMaxListeners } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { reasonOf } from './children.js'

export interface Ending {
  signal: AbortSignal
  /** Ends the demo with an error. */
  end: (error: Error) => void
  /** The work is done: from now on there is no hurry, and a Ctrl-C is no error. */
  relax: () => void
  /** Resolves at Ctrl-C after the work, rejects when the demo had to end. */
  asked: Promise<void>
}

/** For the work; stopping is bounded by itself, and `LAST_RESORT_MS` bounds all: the children then stop by their leash. */
const WORK_MS = 60_000
const LAST_RESORT_MS = 79_000

export function createEnding (): Ending {
  const controller = new AbortController()
  const { signal } = controller
  // Every request and every wait listens.
  setMaxListeners(0, signal)
  const end = (error: Error): void => { controller.abort(error) }
  const timers = [
    setTimeout(() => { end(new Error(`not finished within ${WORK_MS / 1000} s`)) }, WORK_MS),
    setTimeout(() => { process.exit(1) }, LAST_RESORT_MS).unref()
  ]
  let relaxed = false
  const asked = new Promise<void>((resolve, reject) => {
    signal.addEventListener('abort', () => { reject(reasonOf(signal)) })
    onSignals(name => { relaxed ? resolve() : end(new Error(`interrupted by ${name}`)) })
  })
  asked.catch(() => {})
  const relax = (): void => {
    relaxed = true
    timers.forEach(clearTimeout)
  }
  return { signal, end, relax, asked }
}

/** They stay installed: a second Ctrl-C must not cut the stopping short. */
function onSignals (act: (name: string) => void): void {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, act)
}

/** A request fails a moment before it is known that its server ended: the latter is what people want to read. */
export async function causeOf (error: unknown, signal: AbortSignal): Promise<unknown> {
  await delay(300)
  return signal.aborted ? reasonOf(signal) : error
}
