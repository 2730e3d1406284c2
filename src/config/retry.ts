/** How an adapter retries, from its manifest and from settings that override it. */
import type { BreakerPolicy, Manifest, QuietHours, RetryPolicy } from '../adapter-kit/manifest.js'

export const RETRY_SETTINGS = {
  RETRY_DELAYS_SECONDS: { type: 'seconds' },
  RETRY_EXPONENTIAL: { type: 'exponential' },
  RETRY_JITTER_PERCENT: { type: 'integer', minimum: 0, maximum: 100 },
  RETRY_AFTER_MAX_SECONDS: { type: 'integer', minimum: 1, maximum: 604_800 },
  RETRY_MAX_AGE_HOURS: { type: 'integer', minimum: 1, maximum: 8760 },
  RETRY_MAX_OWN_FAILURES: { type: 'integer', minimum: 1, maximum: 1000 },
  QUIET_HOURS: { type: 'hours' },
  BREAKER_FAILURES: { type: 'integer', minimum: 1, maximum: 1000 },
  BREAKER_PROBE_SECONDS: { type: 'seconds' }
} as const

export type RetrySettingName = keyof typeof RETRY_SETTINGS

const SECONDS = /^\d{1,6}(\.\d{1,3})?(\s*,\s*\d{1,6}(\.\d{1,3})?)*$/
const EXPONENTIAL = /^\d{1,6}(\.\d{1,3})?\s*,\s*\d{1,2}(\.\d{1,2})?\s*,\s*\d{1,7}$/
const HOURS = /^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/

/** What a setting's text is, or undefined where it is none. */
export const RETRY_PARSERS = {
  seconds: (text: string) => SECONDS.test(text.trim()) ? items(text) : undefined,
  exponential: (text: string) => EXPONENTIAL.test(text.trim()) && exponentialParts(items(text)) !== undefined ? items(text) : undefined,
  hours: (text: string) => items(text).every(item => HOURS.test(item)) && items(text).length > 0 ? items(text) : undefined
}

export const RETRY_EXPECTATIONS = {
  seconds: 'seconds separated by commas, like 2,10,60',
  exponential: 'first wait, factor (more than 1) and longest wait, like 2,2,3600',
  hours: 'times of the day in +07:00, like 22:00-05:00 or 12:00-12:30,23:00-04:00'
}

export interface RetryReading {
  retry: RetryPolicy
  breaker: BreakerPolicy
}

export interface RetrySource {
  /** Before the setting's name, for complaints. */
  prefix: string
  /** A setting's parsed value, or undefined where it is not set. */
  read: (key: RetrySettingName) => string | number | boolean | readonly string[] | undefined
}

export function readRetry ({ retry, breaker }: Pick<Manifest, 'retry' | 'breaker'>, { prefix, read }: RetrySource, problems: string[]): RetryReading {
  const texts = (key: RetrySettingName): string[] | undefined => read(key) as string[] | undefined
  const number = (key: RetrySettingName, fallback: number): number => Number(read(key) ?? fallback)
  const listed = texts('RETRY_DELAYS_SECONDS')?.map(Number)
  const exponential = exponentialParts(texts('RETRY_EXPONENTIAL') ?? [])
  if (listed !== undefined && exponential !== undefined) problems.push(`${prefix}RETRY_EXPONENTIAL: ${prefix}RETRY_DELAYS_SECONDS is set too; keep one`)
  return {
    retry: {
      delaysSeconds: listed ?? (exponential === undefined ? retry.delaysSeconds : exponentialDelays(exponential)),
      jitter: number('RETRY_JITTER_PERCENT', retry.jitter * 100) / 100,
      maxRetryAfterSeconds: number('RETRY_AFTER_MAX_SECONDS', retry.maxRetryAfterSeconds),
      maxAgeHours: number('RETRY_MAX_AGE_HOURS', retry.maxAgeHours),
      maxOwnFailures: number('RETRY_MAX_OWN_FAILURES', retry.maxOwnFailures),
      quietHours: (texts('QUIET_HOURS') ?? retry.quietHours ?? []).map(quietHours)
    },
    breaker: {
      failures: number('BREAKER_FAILURES', breaker.failures),
      probeSeconds: texts('BREAKER_PROBE_SECONDS')?.map(Number) ?? breaker.probeSeconds
    }
  }
}

interface Exponential {
  first: number
  factor: number
  cap: number
}

function exponentialParts ([first, factor, cap]: readonly string[]): Exponential | undefined {
  const parts = { first: Number(first), factor: Number(factor), cap: Number(cap) }
  return parts.first > 0 && parts.factor > 1 && parts.cap >= parts.first ? parts : undefined
}

/** The schedule that an exponential back-off is: its last wait, the cap, repeats. */
function exponentialDelays ({ first, factor, cap }: Exponential): number[] {
  const delays: number[] = []
  for (let wait = first; wait < cap; wait *= factor) delays.push(Math.round(wait * 1000) / 1000)
  return [...delays, cap]
}

/** `22:00-05:00` → minutes of the day; equal ends mean the whole day. */
function quietHours (text: string): QuietHours {
  const [from = '', to = ''] = text.split('-')
  return { fromMinute: minuteOf(from), toMinute: minuteOf(to) }
}

function minuteOf (time: string): number {
  const [hours, minutes] = time.split(':').map(Number)
  return (hours ?? 0) * 60 + (minutes ?? 0)
}

function items (text: string): string[] {
  return text.split(',').map(item => item.trim()).filter(item => item !== '')
}
