/**
 * What makes two failures one cause: adapter, kind, code and the words without what differs from dossier to dossier.
 * Pure, and stable across versions: a changed rule here splits every cause in two, so it is pinned by a test.
 */
import { createHash } from 'node:crypto'
import { foldPhrase } from '../../model/text.js'
import type { MissingCode } from '../../db/tables.js'

export interface FailureFacts {
  adapter: string
  kind: string
  code: string
  /** The partner's words, or the mapping's. */
  words: string
  /** Rows that code tables lack: another row is another cause, with another cure. */
  missing?: readonly MissingCode[] | undefined
}

/** Long words are cut when they are stored, at a place that depends on the values in them: the end does not count. */
const COUNTED_CHARACTERS = 160

const QUOTED = /"[^"]*"|“[^”]*”|«[^»]*»|‘[^’]*’|(?<![\p{L}\p{N}])'[^']*'(?![\p{L}\p{N}])/gu
const ADDRESS = /\bhttps?:\/\/[^\s"'<>]+/g
/** Dossier codes, dates, ids and numbers: anything with a digit in it, and what was masked. */
const VALUE = /[\p{L}\p{N}._-]*\p{N}[\p{L}\p{N}._-]*|\*{3}/gu
const VALUES_IN_A_ROW = /#(?:[\s:/+.,;-]*#)+/g

export function fingerprint ({ adapter, kind, code, words, missing = [] }: FailureFacts): string {
  const rows = missing.map(row => `${row.table}=${row.code}`).sort()
  return createHash('sha256').update(JSON.stringify([adapter, kind, code, normalisedWords(words), ...rows])).digest('hex').slice(0, 12)
}

export function normalisedWords (words: string): string {
  return foldPhrase(foldPhrase(words)
    .replace(QUOTED, '#')
    .replace(ADDRESS, '#')
    .replace(VALUE, '#')
    .replace(VALUES_IN_A_ROW, '#')).slice(0, COUNTED_CHARACTERS)
}
