/** Asks partners about held deliveries, in worker processes: one at a time under an advisory lock. */
import { startRounds, type Rounds } from '../../base/deadline.js'
import { withLock } from '../../db/server.js'
import { askAboutHeld, type HeldQuestion } from './held.js'
import type { Relay } from './relay.js'

export interface HeldTimerOptions extends Omit<HeldQuestion, 'adapter' | 'signal'> {
  adapters: ReadonlyArray<HeldQuestion['adapter']>
  relay: Relay
  seconds: number
  /** For the audit log. */
  owner: string
}

/** A round that hangs is cut after this, and the next one begins. */
const ROUND_MS = 60_000

/** Without a timer where no partner can be asked. */
export function startHeldTimer ({ db, books, relay, seconds, owner, log, adapters }: HeldTimerOptions): Rounds {
  const askable = adapters.filter(({ client }) => client.arrived !== undefined)
  return startRounds({
    everyMs: askable.length === 0 ? undefined : seconds * 1000,
    deadlineMs: ROUND_MS,
    round: () => withLock(db, { name: 'lienthong held', deadlineMs: ROUND_MS }, async signal => {
      for (const adapter of askable) {
        const resolved = await askAboutHeld({ db, books, adapter, signal, log }, `worker:${owner}`)
        relay.ring(resolved.flatMap(({ lanes }) => lanes))
      }
    }),
    onError: error => { log('held.asking-failed', { message: error.message }) }
  })
}
