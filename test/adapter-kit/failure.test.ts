import fc from 'fast-check'
import t from 'tap'
import { DONE, evidence, outcomeOfFailure, outcomeOfStatus, retryAfterSeconds } from '../../src/adapter-kit/failure.js'
import { HttpFailure, type HttpAnswer } from '../../src/adapter-kit/http.js'
import { holds } from '../model/properties.js'

const NOW = Date.parse('2026-11-04T02:00:00Z')
const answer = (status: number, rest: Partial<HttpAnswer> = {}): HttpAnswer => ({ status, headers: {}, text: '', ...rest })
const verdictOf = (status: number): string | undefined => outcomeOfStatus(answer(status), NOW)?.verdict

t.test('every status from 200 to 599 has the verdict of the design', async t => {
  const verdicts = new Map<string, number[]>()
  for (let status = 200; status <= 599; status++) {
    const verdict = verdictOf(status) ?? 'the body decides'
    verdicts.set(verdict, [...verdicts.get(verdict) ?? [], status])
  }
  t.strictSame(verdicts.get('the body decides'), range(200, 299))
  t.strictSame(verdicts.get('transient'), [425, 429, 503])
  t.strictSame(verdicts.get('uncertain'), [408, ...range(500, 599).filter(status => status !== 503)])
  t.strictSame(verdicts.get('refused'), range(300, 499).filter(status => ![408, 425, 429].includes(status)))
})

function range (from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}

t.test('no status of 300 or more is ever taken as done, whatever the answer says', async t => {
  holds(t, fc.property(fc.integer({ min: 300, max: 999 }), fc.string(), fc.dictionary(fc.string(), fc.string()), (status, text, headers) => {
    const outcome = outcomeOfStatus({ status, headers, text }, NOW)
    return outcome !== undefined && !['done', 'exists', 'missing'].includes(outcome.verdict) && outcome.code !== DONE.code
  }))
})

t.test('a status below 200 that reaches us is no success either', async t => {
  t.not(verdictOf(101), undefined)
})

t.test('the outcome names its rule, its code and the partner\'s words in one line', async t => {
  t.match(outcomeOfStatus(answer(503, { text: '<h1>Bảo trì</h1>\n<p>đến 12:00</p>' }), NOW), { rule: 'http.503', code: 'http-503', words: 'Bảo trì đến 12:00' })
  t.match(outcomeOfStatus(answer(429), NOW), { rule: 'http.429', code: 'throttled', words: '' })
  const long = outcomeOfStatus(answer(400, { text: 'Đ'.repeat(5000) }), NOW)
  t.equal(long?.words, 'Đ'.repeat(297) + '...')
})

t.test('only headers that explain an answer are kept, and a bounded part of the body', async t => {
  const headers = { 'content-type': 'text/html', 'retry-after': '7', via: 'nginx', 'set-cookie': 'session=1', 'x-token': 't' }
  const kept = evidence(answer(503, { headers, text: 'x'.repeat(10_000) }))
  t.strictSame(kept, { status: 503, headers: { 'content-type': 'text/html', 'retry-after': '7', via: 'nginx' }, excerpt: 'x'.repeat(8192) })
})

t.test('evidence is text that PostgreSQL can keep', async t => {
  t.doesNotThrow(() => encodeURIComponent(evidence(answer(400, { text: 'x'.repeat(8191) + '😀' })).excerpt), 'no half of a character')
  t.notMatch(evidence(answer(400, { text: 'a\u0000b' })).excerpt, '\u0000', 'no NUL in the excerpt')
  t.notMatch(outcomeOfStatus(answer(400, { text: 'a\u0000b' }), NOW)?.words, '\u0000', 'nor in the words')
})

t.test('a wait that the partner asks for is read in both forms', async t => {
  const read = (value: string | undefined): number | undefined => retryAfterSeconds(value, NOW)
  t.equal(read('120'), 120)
  t.equal(read(' 5 '), 5)
  t.equal(read('0'), 0)
  t.equal(read('Wed, 04 Nov 2026 02:00:10 GMT'), 10)
  t.equal(retryAfterSeconds('Wed, 04 Nov 2026 02:00:10 GMT', NOW + 1), 10, 'a part of a second is waited out')
  t.match(outcomeOfStatus(answer(429, { headers: { 'retry-after': '60' } }), NOW), { retryAfterSeconds: 60 })
})

t.test('the obsolete forms of a date are understood, as RFC 9110 §5.6.7 demands', async t => {
  const at = Date.parse('1994-11-06T08:49:30Z')
  for (const value of ['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994']) t.equal(retryAfterSeconds(value, at), 7, value)
  t.equal(retryAfterSeconds('Wednesday, 04-Nov-26 02:00:10 GMT', NOW), 10)
  t.equal(retryAfterSeconds('Thursday, 05-Nov-76 02:00:10 GMT', NOW), (Date.parse('2076-11-05T02:00:10Z') - NOW) / 1000, 'fifty years ahead')
  t.equal(retryAfterSeconds('Sunday, 06-Nov-94 08:49:37 GMT', NOW), undefined, 'more than fifty years ahead means the last century')
  t.equal(retryAfterSeconds('Wed Nov 14 02:00:00 2026', NOW), 864_000)
  t.equal(retryAfterSeconds('Thu, 31 Dec 2026 23:59:60 GMT', NOW), (Date.parse('2027-01-01T00:00:00Z') - NOW) / 1000, 'a leap second')
})

t.test('a date that does not exist, or in another zone, is no date', async t => {
  const none = ['Tue, 31 Feb 2099 00:00:00 GMT', 'Wed, 00 Nov 2099 00:00:00 GMT', 'Wed, 04 Nov 2099 24:00:00 GMT', 'Wed, 04 Nov 2099 02:00:00 +0700', 'Wed, 04 Nov 2099 02:00:00', 'wed, 04 nov 2099 02:00:00 GMT', 'Wed, 4 Nov 2099 02:00:00 GMT', 'Wednesday, 04-Nov-2099 02:00:00 GMT', 'Wed Nov 04 02:00:00 2099 GMT']
  for (const value of none) t.equal(retryAfterSeconds(value, NOW), undefined, value)
})

t.test('a wait that is missing, past or garbage is none', async t => {
  const none = [undefined, '', 'never', '-5', '1.5', '1e3', '5;foo', '99999999999', 'Wed, 04 Nov 2026 01:59:59 GMT', 'Wed, 04 Nov 2026 02:00:00 GMT']
  for (const value of none) t.equal(retryAfterSeconds(value, NOW), undefined, String(value))
  t.notHas(outcomeOfStatus(answer(503, { headers: { 'retry-after': 'soon' } }), NOW), { retryAfterSeconds: 0 })
  for (const value of ['wait 2099', '2099-01-01', 'abc 2099']) t.equal(retryAfterSeconds(value, NOW), undefined, value)
  holds(t, fc.property(fc.string(), value => (retryAfterSeconds(value, NOW) ?? 0) >= 0))
})

t.test('no answer: transient where nothing left, else uncertain, with a code that people know', async t => {
  const outcome = (code: string, sent: boolean): unknown => outcomeOfFailure(new HttpFailure(code, { sent }))
  t.match(outcome('ECONNREFUSED', false), { verdict: 'transient', rule: 'network.ECONNREFUSED', code: 'unreachable' })
  t.match(outcome('ENOTFOUND', false), { verdict: 'transient', code: 'unreachable' })
  t.match(outcome('UND_ERR_CONNECT_TIMEOUT', false), { verdict: 'transient', code: 'connect-timed-out' })
  t.match(outcome('TIMEOUT', true), { verdict: 'uncertain', code: 'timed-out' })
  t.match(outcome('UND_ERR_HEADERS_TIMEOUT', true), { verdict: 'uncertain', code: 'timed-out' })
  t.match(outcome('ABORTED', true), { verdict: 'uncertain', code: 'interrupted' })
  t.match(outcome('UND_ERR_RES_EXCEEDED_MAX_SIZE', true), { verdict: 'uncertain', code: 'answer-too-large' })
  t.match(outcome('ECONNRESET', true), { verdict: 'uncertain', code: 'connection-lost', words: '' })
})

t.test('a failure says in its message whether the request may have been received, and keeps its cause', async t => {
  const cause = new Error('closed')
  t.match(new HttpFailure('ECONNRESET', { sent: true, cause }), { message: /may have been received/, cause, name: 'HttpFailure' })
  t.match(new HttpFailure('ENOTFOUND', { sent: false }), { message: /did not leave/ })
})
