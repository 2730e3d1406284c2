/** Classification that every adapter shares (design §2.7). Pure. */
import type { HttpFailure } from './http.js'
import { type HttpAnswer } from './http.js'
import { httpDate } from './http-date.js'
import { REDIRECTS, shownLocation } from './redirect.js'
import { readableLine, storable } from '../model/text.js'
import { present } from '../model/present.js'
import type { Outcome } from './contract/outcome.js'

/** The kinds a failed delivery can have (design §3). */
export type FailureKind = 'transient' | 'uncertain' | 'refused' | 'mapping' | 'cancelled'

/** What of an answer is kept as evidence. */
const EXCERPT_CHARACTERS = 8192

/** Headers worth keeping: they explain waits, proxies and wrong content types. */
const KEPT_HEADERS = ['content-type', 'content-length', 'date', 'location', 'retry-after', 'server', 'via', 'x-request-id']

export const DONE = { verdict: 'done', code: '', words: '' } as const

/** No answer: transient where the request certainly did not leave, else uncertain. */
export function outcomeOfFailure (failure: HttpFailure): Outcome {
  return {
    verdict: failure.sent ? 'uncertain' : 'transient',
    rule: `network.${failure.code}`,
    code: networkCode(failure),
    words: ''
  }
}

function networkCode (failure: HttpFailure): string {
  if (failure.code === 'TIMEOUT' || /TIMEOUT$/.test(failure.code)) return failure.sent ? 'timed-out' : 'connect-timed-out'
  if (failure.code === 'ABORTED') return 'interrupted'
  if (/RES_EXCEEDED/.test(failure.code)) return 'answer-too-large'
  return failure.sent ? 'connection-lost' : 'unreachable'
}

/** An HTTP status other than 2xx; undefined for a 2xx, whose body decides. `now` in milliseconds. */
export function outcomeOfStatus (answer: HttpAnswer, now: number): Outcome | undefined {
  if (answer.status >= 200 && answer.status < 300) return undefined
  const verdict = verdictOfStatus(answer.status)
  const wait = retryAfterSeconds(answer.headers['retry-after'], now)
  return {
    verdict,
    rule: `http.${answer.status}`,
    code: codeOfStatus(answer.status),
    words: wordsOf(answer),
    ...present({ retryAfterSeconds: wait }),
    answer: evidence(answer)
  }
}

function codeOfStatus (status: number): string {
  if (status === 429) return 'throttled'
  return REDIRECTS.includes(status) ? 'redirected' : `http-${status}`
}

/** Of a redirect the address: its page says no more than "moved". */
function wordsOf ({ status, headers: { location }, text }: HttpAnswer): string {
  return REDIRECTS.includes(status) && location !== undefined ? readableLine(`→ ${shownLocation(location)}`) : readableLine(text)
}

/** 500, 502 and 504 come from something behind the door that may have done the work; 503, 429, 425 turn away at it. */
function verdictOfStatus (status: number): 'transient' | 'uncertain' | 'refused' {
  if (status === 425 || status === 429 || status === 503) return 'transient'
  if (status === 408 || status >= 500) return 'uncertain'
  return 'refused'
}

export function evidence (answer: HttpAnswer): NonNullable<Outcome['answer']> {
  const headers = Object.fromEntries(KEPT_HEADERS.flatMap(name => {
    const value = answer.headers[name]
    return value === undefined ? [] : [[name, name === 'location' ? shownLocation(value) : value]]
  }))
  return { status: answer.status, headers, excerpt: storable(answer.text.slice(0, EXCERPT_CHARACTERS)) }
}

/** Seconds of a `Retry-After`, a number or a date (RFC 9110 §10.2.3); undefined when absent, past or malformed. */
export function retryAfterSeconds (value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined
  const text = value.trim()
  if (/^\d{1,9}$/.test(text)) return Number(text)
  const at = httpDate(text, now)
  return at === undefined || at <= now ? undefined : Math.ceil((at - now) / 1000)
}
