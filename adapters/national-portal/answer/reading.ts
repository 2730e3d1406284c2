/** What an HTTP 200 of the portal carries, before anything is made of it (contract §1.5). Pure. */
import type { HttpAnswer } from '../../../src/adapter-kit/http.js'
import { isRecord, parseJson } from '../../../src/model/json.js'
import { foldPhrase, shorten } from '../../../src/model/text.js'

export type Reading =
  | { kind: 'empty' }
  /** An HTML or XML page: some proxy or bus spoke, and what the portal did is not known. */
  | { kind: 'page' }
  /** JSON without an `error_code`, so without a verdict. */
  | { kind: 'no-verdict' }
  | { kind: 'text', message: string }
  | Business

export interface Business {
  kind: 'business'
  code: string
  message: string
  body: Record<string, unknown>
  misnamed: boolean
}

const WORDS = 1000

export function read (answer: HttpAnswer): Reading {
  const text = answer.text.trim()
  if (text === '') return { kind: 'empty' }
  const value = parseJson(text)
  if (isRecord(value)) return readRecord(value, answer)
  if (typeof value === 'string') return { kind: 'text', message: value }
  if (value !== undefined) return { kind: 'no-verdict' }
  return text.startsWith('<') ? { kind: 'page' } : { kind: 'text', message: text }
}

function readRecord (body: Record<string, unknown>, answer: HttpAnswer): Reading {
  const code = normalCode(body.error_code)
  if (code === undefined) return { kind: 'no-verdict' }
  const type = answer.headers['content-type']
  // Wrappers answer JSON as text/html or text/plain; the body decides, and the rule's name tells.
  return { kind: 'business', code, message: messageOf(body), body, misnamed: type !== undefined && !/json/i.test(type) }
}

/**
 * The portal's own answer where a wrapper of generation B has put it as JSON text into `message` (§1.5, pitfall 17);
 * else the answer as it is. Its own `error_code`, where it has one, goes before the wrapper's: for writes that is inferred.
 */
export function unwrapped (reading: Business): Business {
  const inner = 'result' in reading.body ? undefined : parseJson(reading.message)
  if (!isRecord(inner) || !('result' in inner || 'error_code' in inner)) return reading
  return {
    ...reading,
    code: normalCode(inner.error_code) ?? reading.code,
    message: messageOf(inner) === '' ? reading.message : messageOf(inner),
    body: inner
  }
}

/** 0, "0" and "00" are one code (pitfall 16); a code that is no whole number stays as it is. */
export function normalCode (value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'string' || value.trim() === '') return undefined
  return /^[+-]?\d+$/.test(value.trim()) ? String(Number(value)) : value.trim()
}

function messageOf ({ message }: Record<string, unknown>): string {
  if (typeof message === 'string') return message
  return message === undefined || message === null ? '' : JSON.stringify(message)
}

/** The partner's own words on one line, at a length a screen can show. */
export function words (message: string): string {
  const line = message.replace(/\s+/g, ' ').trim()
  return shorten(line, WORDS) ?? line
}

/** `folded` must have gone through `foldPhrase`, as the phrases of the settings have. */
export function contains (folded: string, phrases: readonly string[]): boolean {
  return phrases.some(phrase => folded.includes(phrase))
}

const NEGATION = /(^|[^\p{L}])(không|chưa|chẳng|ko|not|thất bại|lỗi)([^\p{L}]|$)|\p{L}$/u

/**
 * Does a clause say the phrase without a negation before it? "Đồng bộ không thành công" contains the words of
 * success and means the opposite, and so does "unsuccessful".
 */
export function affirms (message: string, phrase: string): boolean {
  return phrase !== '' && message.split(/[;!\n]|[.,](?=\s|$)/).map(foldPhrase).some(clause => {
    const at = clause.indexOf(phrase)
    return at >= 0 && !NEGATION.test(clause.slice(0, at))
  })
}
