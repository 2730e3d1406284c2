// What becomes of a delivery after one call (design §2.7, §2.8). Pure: time and chance are arguments.
import fc from 'fast-check'
import t from 'tap'
import { outcomeOfStatus } from '../../../src/adapter-kit/failure.js'
import { verdictOf } from '../../../src/protection/breakers.js'
import { decide, decideAbandoned, waitSeconds, type Budget, type DecideInput } from '../../../src/operations/deliver/retry.js'
import { holds } from '../../model/properties.js'
import type { Repeatability } from '../../../src/adapters/repeatability.js'
import { concernsThisDossier } from '../../../src/protection/outages.js'
import type { RetryPolicy } from '../../../src/adapter-kit/manifest.js'
import type { Outcome, Verdict } from '../../../src/adapter-kit/contract/outcome.js'

const POLICY: RetryPolicy = { delaysSeconds: [2, 10, 60], jitter: 0.2, maxRetryAfterSeconds: 600, maxAgeHours: 168, maxOwnFailures: 3, quietHours: [] }
const NOW = new Date('2026-11-10T02:00:00Z')
const hoursAgo = (hours: number): Date => new Date(NOW.getTime() - hours * 3_600_000)

const outcome = (changes: Partial<Outcome> = {}): Outcome => ({ verdict: 'transient', rule: 'x', code: 'x', words: '', ...changes })
const answered = (status: number, changes: Partial<Outcome> = {}): Outcome => outcome({ answer: { status, headers: {}, excerpt: '' }, ...changes })

interface Changes extends Partial<Omit<DecideInput, 'budget' | 'policy'>> {
  budget?: Partial<Budget>
  policy?: Partial<RetryPolicy>
}

const input = (changes: Changes = {}): DecideInput => ({
  outcome: outcome(),
  repeatability: 'harmless',
  random: 0.5,
  ...changes,
  budget: { from: hoursAgo(1), now: NOW, standstills: [], ownFailures: 0, retries: 0, ...changes.budget },
  policy: { ...POLICY, ...changes.policy }
})

t.test('done is delivered, and nothing else is', async t => {
  t.strictSame(decide(input({ outcome: outcome({ verdict: 'done', code: '' }) })), { state: 'delivered' })
  for (const verdict of ['exists', 'missing', 'transient', 'uncertain', 'refused'] as const) {
    t.not(decide(input({ outcome: outcome({ verdict }) })).state, 'delivered', verdict)
  }
})

t.test('a partner that cannot be reached is tried again, and marks nothing as possibly done', async t => {
  t.strictSame(decide(input({ repeatability: 'hold' })), { state: 'retrying', kind: 'transient', ownFailure: false, countsAsRetry: true, retryInSeconds: 2 })
})

t.test('an unanswered call is repeated where that is harmless, marked where allowed, held where not', async t => {
  const uncertain = outcome({ verdict: 'uncertain', code: 'timed-out' })
  const harmless = decide(input({ outcome: uncertain }))
  t.match(harmless, { state: 'retrying', kind: 'transient' })
  t.equal(harmless.possibleDuplicate, undefined)
  t.match(decide(input({ outcome: uncertain, repeatability: 'allowed' })), { state: 'retrying', kind: 'uncertain', possibleDuplicate: true, countsAsRetry: true })
  t.strictSame(decide(input({ outcome: uncertain, repeatability: 'hold' })), { state: 'held', kind: 'uncertain' })
})

t.test('the statuses of the design end as it says, by what the call allows', async t => {
  const states = (repeatability: Repeatability): Record<string, string> => Object.fromEntries([400, 401, 403, 404, 408, 409, 422, 425, 429, 500, 502, 503, 504].map(status => {
    const failed = outcomeOfStatus({ status, headers: {}, text: '' }, NOW.getTime())
    return [status, failed === undefined ? 'none' : decide(input({ outcome: failed, repeatability })).state]
  }))
  const refused = { 400: 'refused', 401: 'refused', 403: 'refused', 404: 'refused', 409: 'refused', 422: 'refused' }
  const turnedAway = { 425: 'retrying', 429: 'retrying', 503: 'retrying' }
  const unclear = [408, 500, 502, 504]
  t.strictSame(states('harmless'), { ...refused, ...turnedAway, ...Object.fromEntries(unclear.map(status => [status, 'retrying'])) })
  t.strictSame(states('hold'), { ...refused, ...turnedAway, ...Object.fromEntries(unclear.map(status => [status, 'held'])) })
})

t.test('a call cut by a stop costs nothing: no retry, no budget, no wait', async t => {
  const exhausted = { from: hoursAgo(10_000), ownFailures: 99, retries: 99 }
  const cut = (verdict: Verdict, repeatability: Repeatability): ReturnType<typeof decide> => decide(input({ outcome: outcome({ verdict, code: 'interrupted' }), repeatability, budget: exhausted }))
  t.strictSame(cut('transient', 'hold'), { state: 'queued' }, 'nothing had left')
  t.strictSame(cut('uncertain', 'harmless'), { state: 'retrying', kind: 'uncertain', retryInSeconds: 0, possibleDuplicate: false })
  t.strictSame(cut('uncertain', 'allowed'), { state: 'retrying', kind: 'uncertain', retryInSeconds: 0, possibleDuplicate: true })
  t.strictSame(cut('uncertain', 'hold'), { state: 'held', kind: 'uncertain' }, 'may have been done')
})

t.test('an attempt whose process is gone is decided the same way, until this dossier has failed too often', async t => {
  const abandoned = (repeatability: Repeatability | undefined, ownFailures = 1): ReturnType<typeof decide> => decideAbandoned({ repeatability, budget: { ownFailures }, policy: POLICY })
  t.strictSame(abandoned(undefined), { state: 'queued' }, 'nothing had left')
  t.strictSame(abandoned('harmless'), { state: 'retrying', kind: 'uncertain', retryInSeconds: 0, possibleDuplicate: false })
  t.strictSame(abandoned('allowed'), { state: 'retrying', kind: 'uncertain', retryInSeconds: 0, possibleDuplicate: true })
  t.strictSame(abandoned('hold'), { state: 'held', kind: 'uncertain' })
  for (const repeatability of [undefined, 'harmless', 'allowed', 'hold'] as const) {
    t.strictSame(abandoned(repeatability, 2), { state: 'failed', kind: 'uncertain', exhausted: 'own-failures' }, String(repeatability))
  }
})

t.test('the age budget ends a delivery that would else be retried', async t => {
  t.equal(decide(input({ budget: { from: hoursAgo(167.9) } })).state, 'retrying')
  t.match(decide(input({ budget: { from: hoursAgo(168) } })), { state: 'failed', kind: 'transient', exhausted: 'age' })
  t.equal(decide(input({ budget: { from: hoursAgo(-1) } })).state, 'retrying', 'a pause moved its start past now')
})

t.test('failures of this dossier alone end it at their limit; outages never do', async t => {
  const own = answered(500, { verdict: 'uncertain' })
  t.match(decide(input({ outcome: own, budget: { ownFailures: 1 } })), { state: 'retrying', ownFailure: true })
  t.match(decide(input({ outcome: own, budget: { ownFailures: 2 } })), { state: 'failed', exhausted: 'own-failures', ownFailure: true })
  for (const status of [408, 425, 429, 502, 503, 504]) {
    t.match(decide(input({ outcome: answered(status, { verdict: status === 408 || status === 502 || status === 504 ? 'uncertain' : 'transient' }), budget: { ownFailures: 99, retries: 99 } })), { state: 'retrying', ownFailure: false }, String(status))
  }
  t.equal(decide(input({ outcome: outcome({ verdict: 'uncertain' }), budget: { ownFailures: 99 } })).state, 'retrying', 'no answer says nothing about the dossier')
})

t.test('a failure concerns one dossier when something answered it, unsure and not as an outage', async t => {
  t.ok(concernsThisDossier(answered(500, { verdict: 'uncertain' })))
  t.ok(concernsThisDossier(answered(200, { verdict: 'uncertain' })), 'a success whose body nobody understands')
  t.notOk(concernsThisDossier(answered(503)))
  t.notOk(concernsThisDossier(answered(504, { verdict: 'uncertain' })))
  t.notOk(concernsThisDossier(outcome({ verdict: 'uncertain' })))
})

t.test('waits follow the schedule, whose last one repeats', async t => {
  const waits = [0, 1, 2, 3, 50].map(retries => waitSeconds(input({ budget: { retries } })))
  t.strictSame(waits, [2, 10, 60, 60, 60])
  t.equal(waitSeconds(input({ policy: { delaysSeconds: [] } })), 0, 'no schedule, no wait')
})

t.test('jitter spreads waits to both sides', async t => {
  t.equal(waitSeconds(input({ random: 0, policy: { delaysSeconds: [10] } })), 8)
  t.equal(waitSeconds(input({ random: 0.5, policy: { delaysSeconds: [10] } })), 10)
  t.ok(waitSeconds(input({ random: 0.999, policy: { delaysSeconds: [10] } })) > 11.9)
})

t.test('a partner that says "at once" with its 503 is not called without any wait', async t => {
  const decision = decide(input({ outcome: answered(503, { retryAfterSeconds: 0 }) }))
  t.ok((decision.retryInSeconds ?? 0) > 0, 'else the lane spins')
})

const policies = fc.record({
  delaysSeconds: fc.array(fc.double({ min: 0, max: 100_000, noNaN: true }), { minLength: 1, maxLength: 6 }),
  jitter: fc.double({ min: 0, max: 1, noNaN: true }),
  maxRetryAfterSeconds: fc.integer({ min: 1, max: 86_400 }),
  maxAgeHours: fc.integer({ min: 1, max: 8760 }),
  maxOwnFailures: fc.integer({ min: 1, max: 100 }),
  quietHours: fc.constant([])
})
const verdicts = fc.constantFrom<Verdict>('done', 'exists', 'missing', 'transient', 'uncertain', 'refused')
const inputs: fc.Arbitrary<DecideInput> = fc.record({
  outcome: fc.tuple(verdicts, fc.constantFrom('x', 'interrupted', 'http-503'), fc.option(fc.integer({ min: 0, max: 10_000_000 })), fc.option(fc.integer({ min: 200, max: 599 })))
    .map(([verdict, code, wait, status]) => ({ ...(status === null ? outcome() : answered(status)), verdict, code, ...(wait === null ? {} : { retryAfterSeconds: wait }) })),
  repeatability: fc.constantFrom<Repeatability>('harmless', 'allowed', 'hold'),
  budget: fc.record({ hours: fc.integer({ min: -100, max: 10_000 }), ownFailures: fc.nat(200), retries: fc.nat(10_000) })
    .map(({ hours, ...rest }) => ({ from: hoursAgo(hours), now: NOW, standstills: [], ...rest })),
  policy: policies,
  random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
})

t.test('a wait the partner asked for is never shortened, and capped', async t => {
  holds(t, fc.property(inputs, fc.nat(10_000_000), (given, asked) => {
    const wait = waitSeconds({ ...given, outcome: { ...given.outcome, retryAfterSeconds: asked } })
    const capped = Math.min(asked, given.policy.maxRetryAfterSeconds)
    const scheduled = Math.max(...given.policy.delaysSeconds)
    return wait >= capped && wait <= Math.max(capped, scheduled) * (1 + given.policy.jitter)
  }))
})

t.test('no wait is negative, and each is a number', async t => {
  holds(t, fc.property(inputs, given => {
    const { retryInSeconds = 0 } = decide(given)
    return Number.isFinite(retryInSeconds) && retryInSeconds >= 0 && Number.isFinite(waitSeconds(given)) && waitSeconds(given) >= 0
  }))
})

t.test('a refusal is never retried, whatever else is true', async t => {
  holds(t, fc.property(inputs, given => {
    const decision = decide({ ...given, outcome: { ...given.outcome, verdict: 'refused' } })
    return decision.state === 'refused' && decision.kind === 'refused' && decision.retryInSeconds === undefined
  }))
})

t.test('what cannot be sent as things are set fails at once, as ours to mend, and says nothing of the partner', async t => {
  holds(t, fc.property(inputs, given => {
    const outcome = { ...given.outcome, verdict: 'failed' as const }
    const decision = decide({ ...given, outcome })
    return decision.state === 'failed' && decision.kind === 'mapping' && decision.retryInSeconds === undefined && verdictOf({ outcome, called: true }) === 'nothing'
  }))
})

t.test('what may have been done is never repeated where that is not allowed', async t => {
  holds(t, fc.property(inputs, given => decide({ ...given, repeatability: 'hold', outcome: { ...given.outcome, verdict: 'uncertain' } }).state === 'held'))
})

t.test('every repetition that the partner may see is marked', async t => {
  holds(t, fc.property(inputs, given => {
    const decision = decide({ ...given, repeatability: 'allowed', outcome: { ...given.outcome, verdict: 'uncertain' } })
    return decision.possibleDuplicate === true && (decision.state === 'retrying' || decision.exhausted !== undefined)
  }))
})

t.test('an interruption costs nothing', async t => {
  holds(t, fc.property(inputs, fc.constantFrom<Verdict>('transient', 'uncertain'), (given, verdict) => {
    const decision = decide({ ...given, outcome: { ...given.outcome, code: 'interrupted', verdict } })
    return decision.countsAsRetry !== true && decision.ownFailure !== true && decision.exhausted === undefined && (decision.retryInSeconds ?? 0) === 0
  }))
})

t.test('past its age a delivery waits no more', async t => {
  holds(t, fc.property(inputs, given => {
    const decision = decide({ ...given, budget: { ...given.budget, from: hoursAgo(given.policy.maxAgeHours) } })
    return decision.countsAsRetry !== true
  }))
})

t.test('pauses and outages do not make a delivery older', async t => {
  const from = hoursAgo(200)
  const pause = [hoursAgo(150).getTime(), hoursAgo(100).getTime()] as const
  t.match(decide(input({ budget: { from } })), { state: 'failed', exhausted: 'age' })
  t.match(decide(input({ budget: { from, standstills: [pause] } })), { state: 'retrying' })
  t.match(decide(input({ budget: { from, standstills: [pause, pause] } })), { state: 'retrying' }, 'what overlaps counts once')
  t.match(decide(input({ budget: { from: hoursAgo(219), standstills: [pause, pause] } })), { state: 'failed' })
})

t.test('a retry that would fall into quiet hours comes at their end', async t => {
  // NOW is 09:00 in Hà Nội.
  const quietHours = [{ fromMinute: 9 * 60, toMinute: 11 * 60 }]
  t.equal(decide(input({ policy: { quietHours } })).retryInSeconds, 7200)
  t.equal(decide(input({ policy: { quietHours: [{ fromMinute: 10 * 60, toMinute: 11 * 60 }] } })).retryInSeconds, 2, 'before them it is as ever')
})
