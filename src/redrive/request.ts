/** The filter of a redrive as it arrives by HTTP or from a shell: checked, and brought into the form that SQL takes. */
import { toShortAgency } from '../model/codes.js'
import { REDRIVABLE, type RedriveFilter } from './filter.sql.js'

/** So many ids at most; there is a job for more. */
const IDS_LIMIT = 1000

const INSTANT = /^[12]\d{3}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)$/

type Check = (value: unknown) => boolean

const isText: Check = value => typeof value === 'string' && /^[\x21-\x7e]{1,100}$/.test(value)
const isInstant: Check = value => typeof value === 'string' && INSTANT.test(value) && !Number.isNaN(Date.parse(value))
const isId: Check = value => typeof value === 'string' && /^[1-9]\d{0,17}$/.test(value)

const CHECKS: Readonly<Record<keyof RedriveFilter, Check>> = {
  ids: value => Array.isArray(value) && value.length <= IDS_LIMIT && value.every(isId),
  adapter: isText,
  state: value => (REDRIVABLE as readonly unknown[]).includes(value),
  failureCode: isText,
  fingerprint: isText,
  unit: isText,
  procedure: isText,
  plannedFrom: isInstant,
  plannedTo: isInstant,
  failedFrom: isInstant,
  failedTo: isInstant,
  unblocked: value => value === true
}

export const FILTER_NAMES = Object.keys(CHECKS)

/** Undefined: not valid. A misspelt or empty filter must not redrive everything. */
export function readFilter (given: Readonly<Record<string, unknown>>): RedriveFilter | undefined {
  const members = Object.entries(given).filter(([, value]) => value !== undefined)
  const valid = members.length > 0 && members.every(([name, value]) => Object.hasOwn(CHECKS, name) && CHECKS[name as keyof RedriveFilter](value))
  return valid ? normal(given as RedriveFilter) : undefined
}

function normal (filter: RedriveFilter): RedriveFilter {
  const { unit } = filter
  const instants = (['plannedFrom', 'plannedTo', 'failedFrom', 'failedTo'] as const).flatMap(name => {
    const instant = filter[name]
    // Through Date: it takes the 30th of February for the 2nd of March, which PostgreSQL would refuse.
    return instant === undefined ? [] : [[name, new Date(instant).toISOString()]]
  })
  return { ...filter, ...(unit === undefined ? {} : { unit: toShortAgency(unit) ?? unit }), ...Object.fromEntries(instants) as Partial<RedriveFilter> }
}
