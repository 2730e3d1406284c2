/**
 * Breakers, one an account at a partner. Each process counts the outages that it sees in a row; when there are enough it
 * opens the breaker for all processes, in PostgreSQL, where claims look (ADR 0015). One attempt at a time then shows
 * whether the partner is back, and any answer closes it.
 */
import type { Database } from '../db/open.js'
import { closeBreaker, openBreaker, type Target } from './breakers.sql.js'
import { concernsThisDossier } from './outages.js'
import type { BreakerPolicy, RetryPolicy } from '../adapter-kit/manifest.js'
import type { Outcome } from '../adapter-kit/contract/outcome.js'

export interface Noted {
  outcome: Outcome
  policy: BreakerPolicy
  retry: Pick<RetryPolicy, 'maxRetryAfterSeconds'>
  /** The attempt was the probe. */
  probing: boolean
  /** False where the attempt ended before anything could be called. */
  called: boolean
}

export interface Breakers {
  /** Says how an attempt ended. */
  note: (target: Target, noted: Noted) => Promise<void>
}

export interface BreakersOptions {
  db: Database
  /** For the audit log. */
  owner: string
}

export function createBreakers ({ db, owner }: BreakersOptions): Breakers {
  const outages = new Map<string, number>()
  const actor = `worker:${owner}`

  return {
    note: async (target, noted) => {
      const key = `${target.adapter} ${target.account}`
      const verdict = verdictOf(noted)
      if (verdict === 'nothing') return
      if (verdict === 'answered') {
        // Told only where it changes something: an answer is the rule, and a write for each would cost every attempt.
        if (outages.delete(key) || noted.probing) await closeBreaker(db, target, actor)
        return
      }
      const count = (outages.get(key) ?? 0) + 1
      outages.set(key, count)
      const { outcome, policy, retry, probing } = noted
      const atLeastSeconds = Math.min(outcome.retryAfterSeconds ?? 0, retry.maxRetryAfterSeconds)
      if (!probing && count < policy.failures && atLeastSeconds === 0) return
      await openBreaker(db, target, { code: outcome.code, probeSeconds: policy.probeSeconds, atLeastSeconds, probing, actor })
    }
  }
}

/** What an attempt says about the partner and not about the dossier. */
export function verdictOf ({ outcome, called }: Pick<Noted, 'outcome' | 'called'>): 'outage' | 'answered' | 'nothing' {
  const { verdict, code } = outcome
  // Cut by ourselves, or broken by ourselves.
  if (!called || verdict === 'failed' || code === 'interrupted' || code === 'adapter-defect') return 'nothing'
  if (verdict !== 'transient' && verdict !== 'uncertain') return outcome.rule === 'kernel.all-confirmed' ? 'nothing' : 'answered'
  if (code === 'lost-at-partner' || code === 'partner-contradicts-itself') return 'answered'
  return concernsThisDossier(outcome) ? 'answered' : 'outage'
}
