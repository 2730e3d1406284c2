/**
 * The small conversions that every part of the mapping uses. Each one that cannot keep a value reports it as a
 * finding, so no part of the mapping can drop or bend anything silently.
 */
import { fromDate14, hasFraction, toDate14 } from '../../../src/model/dates.js'
import { fileIdOf } from '../../../src/model/file-reference.js'
import { raise, type Finding, type FindingKind, type FindingValues, type Path } from '../../../src/model/findings.js'
import { shorten, textLength } from '../../../src/model/text.js'
import { KINDS } from '../findings.js'
import type { CodeEntry } from '../../../src/adapter-kit/contract/codes.js'
import type { MappingInput } from '../../../src/adapter-kit/contract/deliver.js'

export type Members = Record<string, unknown>

/** A limit that clients of the portal keep by cutting; `keep` is the length they cut to. */
export interface Limit {
  limit: number
  keep: number
}

export interface Translator {
  /** Are the members marked "B" in the contract to be sent as well? */
  readonly extended: boolean
  readonly findings: Finding[]
  report: (kind: FindingKind, path: Path, values?: FindingValues) => void
  /** What a code table says; undefined for no word, and, with an `error`, for one without a row. */
  entry: (table: string, word: string | undefined, path: Path) => CodeEntry | undefined
  /** The national code alone. */
  code: (table: string, word: string | undefined, path: Path) => string | undefined
  knows: (table: string, word: string) => boolean
  /** A link of the province's as it is, and for an uploaded file the one that the gateway makes. */
  link: <Link extends string | undefined>(link: Link) => Link | string
  /** `yyyyMMddHHmmss`, and "" for no time: whether the portal takes null is unknown (pitfall 25). */
  date: (instant: string | undefined, path: Path) => string
  /** A text that must not be cut, such as a code: too long is an `error`. */
  exact: (text: string | undefined, limit: number, path: Path) => string
  /** A text that clients cut. */
  cut: (text: string | undefined, limit: Limit, path: Path) => string
}

export function createTranslator ({ codes, fileLink, extended }: Pick<MappingInput, 'codes' | 'fileLink'> & { extended: boolean }): Translator {
  const findings: Finding[] = []
  const report: Translator['report'] = (kind, path, values) => { findings.push(raise(kind, path, values)) }
  const entry: Translator['entry'] = (table, word, path) => {
    if (word === undefined) return undefined
    const found = codes(table, word)
    if (found === undefined) findings.push({ ...raise(KINDS.unmapped, path, { table, word }), missing: { table, code: word } })
    if (found?.successor !== undefined) report(KINDS.succeeded, path, { word, successor: found.successor })
    return found
  }
  return {
    extended,
    findings,
    report,
    entry,
    knows: (table, word) => codes(table, word) !== undefined,
    code: (table, word, path) => entry(table, word, path)?.code,
    link (link) {
      const id = link === undefined ? undefined : fileIdOf(link)
      return id === undefined ? link : fileLink(id)
    },
    date (instant, path) {
      const text = instant === undefined ? '' : date14(instant)
      if (text === undefined) report(KINDS.invalidDate, path)
      else if (instant !== undefined && hasFraction(instant)) report(KINDS.reducedTime, path)
      return text ?? ''
    },
    exact (text = '', limit, path) {
      if (textLength(text) > limit) report(KINDS.tooLong, path, { length: textLength(text), limit })
      return text
    },
    cut (text = '', { limit, keep }, path) {
      if (textLength(text) <= limit) return text
      report(KINDS.shortened, path, { length: textLength(text), keep })
      return shorten(text, keep) ?? text
    }
  }
}

/** Members without a value are left out, not sent as null. */
export function compact (members: Members): Members {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}

/** "0"/"1" of the portal; undefined where the province said nothing: "0" would be a claim (pitfalls 29, 30). */
export function flag (value: boolean | undefined): '0' | '1' | undefined {
  if (value === undefined) return undefined
  return value ? '1' : '0'
}

function date14 (instant: string): string | undefined {
  if (Number.isNaN(Date.parse(instant))) return undefined
  const text = toDate14(instant)
  // A year beyond four digits survives `Date` but not fourteen places.
  return fromDate14(text) === undefined ? undefined : text
}
