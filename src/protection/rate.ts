/**
 * Calls per second to one target, over all processes (design §2.9, ADR 0013). A store gives out evenly spaced slots in
 * small blocks; this process lets one waiting call go at each of its slots. There is no window, so none with an edge at
 * which twice the rate could pass.
 */
import type { Pace } from '../adapter-kit/contract/open.js'

/** Where slots come from: `reserve` answers with the milliseconds from now to the first of the block. */
export interface SlotStore {
  reserve: (block: { target: string, calls: number, intervalMs: number }) => Promise<number>
  /** No slots were given: calls wait until there are some again. */
  failed: (target: string, error: Error) => void
}

export interface PaceOptions {
  /** Adapter × account. */
  target: string
  callsPerSecond: number
  store: SlotStore
}

/** At most so much is taken at once: what a process takes and then cannot use is lost to the others. */
const BLOCK_MS = 250

/**
 * How late a slot may still be used: after a pause of the process, all slots of its block would be used in one burst.
 * Slots are so much wider apart than the rate asks for that, used so late, no second ever holds one call too many.
 */
const SLACK_MS = 50

const RETRY_MS = 1000

export function intervalOf (callsPerSecond: number): number {
  return (1000 + SLACK_MS) / callsPerSecond
}

export function blockSize (waiting: number, callsPerSecond: number): number {
  return Math.min(waiting, Math.max(1, Math.floor(callsPerSecond * BLOCK_MS / 1000)))
}

/** Waits for a slot; who gives up leaves the slot to the next. Rejects only then. */
export function createPace ({ target, callsPerSecond, store }: PaceOptions): Pace {
  const intervalMs = intervalOf(callsPerSecond)
  const waiting: Array<() => void> = []
  let slots: number[] = []
  let timer: NodeJS.Timeout | undefined
  let refilling = false

  function pump (): void {
    if (waiting.length === 0 || refilling || timer !== undefined) return
    const now = performance.now()
    slots = slots.filter(slot => slot > now - SLACK_MS)
    const [next] = slots
    if (next === undefined) void refill()
    else if (next <= now) letGo()
    else timer = setTimeout(() => { timer = undefined; letGo() }, next - now)
  }

  function letGo (): void {
    slots.shift()
    waiting.shift()?.()
    pump()
  }

  async function refill (): Promise<void> {
    refilling = true
    const calls = blockSize(waiting.length, callsPerSecond)
    try {
      const wait = await store.reserve({ target, calls, intervalMs })
      const first = performance.now() + wait
      slots = Array.from({ length: calls }, (_, index) => first + index * intervalMs)
    } catch (error) {
      // Never without a slot: a partner must not be flooded because our database is away.
      store.failed(target, error as Error)
      await new Promise(resolve => { setTimeout(resolve, RETRY_MS) })
    }
    refilling = false
    pump()
  }

  function leave (turn: () => void): void {
    waiting.splice(waiting.indexOf(turn), 1)
    if (waiting.length > 0) return
    clearTimeout(timer)
    timer = undefined
  }

  return async signal => {
    await new Promise<void>((resolve, reject) => {
      const turn = (): void => {
        signal.removeEventListener('abort', giveUp)
        resolve()
      }
      const giveUp = (): void => {
        leave(turn)
        reject(new Error(`gave up waiting for a turn at ${target}`, { cause: signal.reason }))
      }
      waiting.push(turn)
      signal.addEventListener('abort', giveUp, { once: true })
      if (signal.aborted) giveUp()
      else pump()
    })
  }
}
