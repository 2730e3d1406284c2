/** Reads of the portal's lists (contract §2.4 to §2.8). Pure. */
import { toShortAgency } from '../../src/model/codes.js'
import type { HttpAnswer } from '../../src/adapter-kit/http.js'
import { isRecord } from '../../src/model/json.js'
import { storable } from '../../src/model/text.js'
import { byStatus, refusedRead, type Question } from './answer.js'
import { read, unwrapped, words, type Business } from './answer/reading.js'
import { LISTS, type List } from './catalogue/lists.js'
import { membersOf, type ListMembers, type Row } from './catalogue/members.js'
import type { Outcome } from '../../src/adapter-kit/contract/outcome.js'
import type { CatalogueItem, Pulled, PullQuestion } from '../../src/adapter-kit/contract/poll.js'

export interface CatalogueRead {
  service: string
  /** Beside session and unit. */
  parameters: Readonly<Record<string, string>>
}

/** `unit` is the code of the calling unit, in either notation. */
export function catalogueRead ({ list, key }: PullQuestion, unit: string): CatalogueRead {
  const { service, parameter, unitParameter } = listOf(list)
  return {
    service,
    parameters: {
      ...(key === undefined || parameter === undefined ? {} : { [parameter]: key }),
      ...(unitParameter === undefined ? {} : { [unitParameter]: toShortAgency(unit) ?? unit })
    }
  }
}

export function interpretCatalogue (answer: HttpAnswer, question: PullQuestion, { rules, now }: Pick<Question, 'rules' | 'now'>): Pulled {
  const failed = byStatus(answer, now)
  if (failed !== undefined) return { outcome: failed }
  const reading = read(answer)
  const rows = reading.kind === 'business' && rules.successCodes.includes(reading.code) ? rowsOf(reading) : undefined
  return rows === undefined ? { outcome: refusedRead(reading, rules) } : itemsOf(rows.filter(isRecord).map(inCapitals) as Row[], question)
}

/** An array, or for LayDVC an object with `data`; in generation B the whole stands as text in `message` (§1.5). */
function rowsOf (reading: Business): unknown[] | undefined {
  const { result } = unwrapped(reading).body
  const rows = isRecord(result) ? result.data : result
  return Array.isArray(rows) ? rows : undefined
}

function itemsOf (rows: readonly Row[], { list, key }: PullQuestion): Pulled {
  const { members } = listOf(list)
  const { key: codes, name } = members === undefined ? membersOf(rows) : { key: [members.key], name: members.name }
  // What was asked for by its code, and comes without a known member for it, is what was asked for.
  if (key !== undefined && members === undefined) return { items: rows.slice(0, 1).map(row => ({ key, name: nameOf(row, name), content: row })) }
  const items = rows.flatMap(row => itemOf(row, { key: codes, name }))
  return items.length === 0 && rows.length > 0 ? { outcome: notUnderstood(rows) } : { items }
}

/** A row without a code cannot be told from another: it is no item. */
function itemOf (row: Row, { key, name }: ListMembers): CatalogueItem[] {
  const codes = key.map(member => text(row[member]))
  return codes.every(code => code === '') ? [] : [{ key: codes.join('/'), name: nameOf(row, name), content: row }]
}

function nameOf (row: Row, member: string | undefined): string {
  return member === undefined ? '' : text(row[member])
}

/** Names of members, never values: whoever reads it can say which of them is the code. */
function notUnderstood (rows: readonly Row[]): Outcome {
  const members = [...new Set(rows.flatMap(row => Object.keys(row)))].sort().join(', ')
  return { verdict: 'refused', rule: 'portal.members', code: 'rows-not-understood', words: words(`không có trường mã / no member for a code: ${members}`) }
}

/** Members are in capitals in all examples (pitfall 36); wrappers that are not so must not make a new version. */
function inCapitals (value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inCapitals)
  if (typeof value === 'string') return text(value)
  return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name.toUpperCase(), inCapitals(member)])) : value
}

function text (value: unknown): string {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' ? storable(value).normalize('NFC').trim() : ''
}

function listOf (name: string): List {
  const list = LISTS[name]
  if (list === undefined) throw new Error(`the portal has no list ${name}`)
  return list
}
