/** What one call to a partner came to. */
import type { BilingualText } from '../../model/bilingual.js'

/** What came back, kept as evidence. The excerpt is masked by the kernel. */
export interface WireAnswer {
  status: number
  headers: Readonly<Record<string, string>>
  excerpt: string
}

/**
 * What one call came to.
 * - `done`: the partner confirmed it (an "already there" to an update counts).
 * - `exists`: a create was answered "already there"; the kernel repeats the same revision as an update.
 * - `missing`: an update was answered "not there"; the kernel asks `exists()`: "no" leads to a create, "yes" makes the
 *   answer a refusal in the partner's words, and no answer to a later attempt.
 * - `transient`: the partner did not take it and says or shows that later is better.
 * - `uncertain`: it may or may not have been done.
 * - `refused`: the partner said no in its own words.
 * - `failed`: nothing was sent, and as things are set here nothing can be; repeating it is of no use.
 */
export type Verdict = 'done' | 'exists' | 'missing' | 'transient' | 'uncertain' | 'refused' | 'failed'

export interface Outcome {
  verdict: Verdict
  /** Name of the rule that decided, for the evidence: `portal.success-code`, `http.503`. */
  rule: string
  /** Stable failure code in kebab case; empty for `done`. */
  code: string
  /** The partner's own words, shortened; empty when it said nothing. */
  words: string
  /** What to do about it, for a `refused` or `failed`; the kernel has texts for the other kinds. */
  cure?: BilingualText
  /** Seconds that the partner asked to wait. */
  retryAfterSeconds?: number
  answer?: WireAnswer
}
