/**
 * The small conversions of the way back, from the portal's members to ours. What has no word or time of ours becomes an
 * `error` finding, so nothing of a national message can be lost silently.
 */
import { fromDate14 } from '../../../src/model/dates.js'
import { type Finding, type Path, raise } from '../../../src/model/findings.js'
import { isRecord } from '../../../src/model/json.js'
import { ACCEPT_KINDS } from '../accept/kinds.js'
import type { Members } from './translator.js'
import type { CodeSeeds } from '../../../src/adapter-kit/contract/codes.js'

export interface Reader {
  readonly findings: Finding[]
  /** Our word for a national code; undefined for none and, with an `error`, for an unknown one. */
  word: (table: string, code: unknown, path: Path) => string | undefined
  /** `yyyyMMddHHmmss` → an instant in +07:00; undefined for none and, with an `error`, for what is no date. */
  instant: (value: unknown, path: Path) => string | undefined
}

export function createReader (codes: CodeSeeds): Reader {
  const findings: Finding[] = []
  return {
    findings,
    word (table, code, path) {
      const given = text(code)
      if (given === undefined) return undefined
      const known = Object.entries(codes[table] ?? {}).find(([, national]) => national === given)
      if (known === undefined) findings.push(raise(ACCEPT_KINDS.unknownCode, path, { table }))
      return known?.[0]
    },
    instant (value, path) {
      const given = text(value)
      if (given === undefined) return undefined
      const instant = fromDate14(given)
      if (instant === undefined) findings.push(raise(ACCEPT_KINDS.invalidDate, path))
      return instant
    }
  }
}

/** "", null and absence are one: clients send each of them (pitfall 25). */
export function text (value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A text that we always have: an empty one is left to the canonical schema, which names it. */
export function required (value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** "0" and "1"; anything else says nothing. */
export function yesNo (value: unknown): boolean | undefined {
  if (value === '1') return true
  return value === '0' ? false : undefined
}

/** The items of a list with their places; no list is an empty one. */
export function items<Item> (list: unknown, path: Path, read: (item: Members, path: Path) => Item): Item[] | undefined {
  if (!Array.isArray(list) || list.length === 0) return undefined
  return list.map((item, index) => read(isRecord(item) ? item : {}, [...path, index]))
}
