/** Pulls what waits at partners, in working processes: one of them at a time for each adapter, under an advisory lock. */
import { startRounds } from '../../base/deadline.js'
import { withLock } from '../../db/server.js'
import { pollRound, type RoundOptions } from './round.js'

export interface PolledAdapter extends RoundOptions {
  seconds: number
}

export interface Polls {
  /** One round of each, now. */
  run: () => Promise<void>
  close: () => Promise<void>
}

/** A round that hangs is cut after this, and the next one begins: nothing it left half done is lost. */
const ROUND_MS = 300_000

export function startPolls (polled: readonly PolledAdapter[]): Polls {
  const rounds = polled.map(({ seconds, ...options }) => startRounds({
    everyMs: seconds * 1000,
    deadlineMs: ROUND_MS,
    round: ended => withLock(options.db, { name: `lienthong poll ${options.inbox.adapter}`, deadlineMs: ROUND_MS }, async late => {
      await pollRound(options, AbortSignal.any([ended, late]))
    }),
    onError: error => { options.log('poll.broken-off', { adapter: options.inbox.adapter, error: error.name }) }
  }))
  return {
    run: async () => { await Promise.all(rounds.map(async one => one.run())) },
    close: async () => {
      await Promise.all(rounds.map(async one => one.close()))
      await Promise.all(polled.map(async ({ inbox }) => inbox.client.close()))
    }
  }
}
