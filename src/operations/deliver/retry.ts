/**
 * What becomes of a delivery after one call's outcome. Pure: time and randomness are arguments (design §2.7, §2.8).
 */
import type { FailureKind } from '../../adapter-kit/failure.js'
import type { DeliveryState } from '../../db/tables.js'
import { quietUntil, type Span } from './quiet-hours.js'
import { standstillMs } from './standstill.js'
import type { Repeatability } from '../../adapters/repeatability.js'
import { concernsThisDossier } from '../../protection/outages.js'
import type { RetryPolicy } from '../../adapter-kit/manifest.js'
import type { Outcome } from '../../adapter-kit/contract/outcome.js'

export interface Budget {
  /** Start of the age budget. */
  from: Date
  now: Date
  /** Pauses and open breakers since then: they do not count. */
  standstills: readonly Span[]
  ownFailures: number
  retries: number
}

export interface Decision {
  state: DeliveryState
  kind?: FailureKind
  retryInSeconds?: number
  /** The failure concerns this dossier alone. */
  ownFailure?: boolean
  countsAsRetry?: boolean
  /** The partner may get the same thing twice: said in the audit log. */
  possibleDuplicate?: boolean
  /** Which budget ended a delivery that would else be retried. */
  exhausted?: 'age' | 'own-failures'
}

export interface DecideInput {
  outcome: Outcome
  repeatability: Repeatability
  budget: Budget
  policy: RetryPolicy
  /** 0 ≤ random < 1. */
  random: number
}

export function decide (input: DecideInput): Decision {
  const { outcome } = input
  if (outcome.verdict === 'done') return { state: 'delivered' }
  if (outcome.verdict === 'refused') return { state: 'refused', kind: 'refused' }
  // Ours to mend, as what cannot be mapped is.
  if (outcome.verdict === 'failed') return { state: 'failed', kind: 'mapping' }
  const nothingHadLeft = outcome.verdict === 'transient'
  if (outcome.code === 'interrupted') return decideInterrupted(nothingHadLeft ? undefined : input.repeatability)
  if (outcome.verdict !== 'uncertain') return retryWithinBudget(input, { kind: 'transient' })
  if (input.repeatability === 'harmless') return retryWithinBudget(input, { kind: 'transient' })
  if (input.repeatability === 'hold') return { state: 'held', kind: 'uncertain' }
  return retryWithinBudget(input, { kind: 'uncertain', possibleDuplicate: true })
}

/**
 * The attempt was cut by a stop or a lost lease: not the partner's doing, so it costs no retry and waits for nothing.
 * `repeatability` is that of the call left unanswered; undefined when nothing had left.
 */
function decideInterrupted (repeatability: Repeatability | undefined): Decision {
  if (repeatability === undefined) return { state: 'queued' }
  if (repeatability === 'hold') return { state: 'held', kind: 'uncertain' }
  return { state: 'retrying', kind: 'uncertain', retryInSeconds: 0, possibleDuplicate: repeatability === 'allowed' }
}

export interface AbandonedInput {
  repeatability: Repeatability | undefined
  budget: Pick<Budget, 'ownFailures'>
  policy: RetryPolicy
}

/**
 * The process that made the attempt is gone. This counts as a failure of the dossier: one that crashes its worker
 * must not do so for ever.
 */
export function decideAbandoned ({ repeatability, budget, policy }: AbandonedInput): Decision {
  if (isLastOwnFailure(budget, policy)) return { state: 'failed', kind: 'uncertain', exhausted: 'own-failures' }
  return decideInterrupted(repeatability)
}

function retryWithinBudget (input: DecideInput, failure: { kind: FailureKind, possibleDuplicate?: boolean }): Decision {
  const ownFailure = concernsThisDossier(input.outcome)
  const exhausted = exhaustedBudget(input, ownFailure)
  const base = { ...failure, ownFailure }
  if (exhausted !== undefined) return { ...base, state: 'failed', exhausted }
  return { ...base, state: 'retrying', countsAsRetry: true, retryInSeconds: afterQuietHours(input, waitSeconds(input)) }
}

/** Nothing is sent in quiet hours, so that the time shown is the time meant. */
function afterQuietHours ({ budget, policy }: DecideInput, seconds: number): number {
  const until = quietUntil(policy.quietHours, new Date(budget.now.getTime() + seconds * 1000))
  return until === undefined ? seconds : (until.getTime() - budget.now.getTime()) / 1000
}

function exhaustedBudget ({ budget, policy }: DecideInput, ownFailure: boolean): Decision['exhausted'] {
  if (ownFailure && isLastOwnFailure(budget, policy)) return 'own-failures'
  const { from, now, standstills } = budget
  const ageHours = (now.getTime() - from.getTime() - standstillMs({ from, to: now, standstills, quietHours: policy.quietHours })) / 3_600_000
  return ageHours >= policy.maxAgeHours ? 'age' : undefined
}

function isLastOwnFailure ({ ownFailures }: Pick<Budget, 'ownFailures'>, { maxOwnFailures }: RetryPolicy): boolean {
  return ownFailures + 1 >= maxOwnFailures
}

/**
 * The schedule with jitter both ways, or the wait the partner asked for, which is capped and only ever lengthened,
 * whichever is longer: `Retry-After: 0` is no licence to spin.
 */
export function waitSeconds ({ outcome, policy, budget, random }: DecideInput): number {
  const asked = Math.min(outcome.retryAfterSeconds ?? 0, policy.maxRetryAfterSeconds) * (1 + policy.jitter * random)
  const index = Math.min(budget.retries, policy.delaysSeconds.length - 1)
  const planned = policy.delaysSeconds[index] ?? 0
  return Math.max(asked, planned * (1 + policy.jitter * (2 * random - 1)))
}
