/**
 * The members of an item as the contract writes them, for the mapping that reads them. What is written in another type is
 * put into that type where it can mean one thing alone; what is unknown or unreadable is left out and named, never lost. Pure.
 */
import type { LeftOut } from '../../../src/adapter-kit/contract/accept.js'
import { pointer, raise, type Finding, type FindingKind, type Path } from '../../../src/model/findings.js'
import { isRecord } from '../../../src/model/json.js'
import { storable } from '../../../src/model/text.js'
import type { Members } from '../mapping/translator.js'
import { ACCEPT_KINDS as KINDS } from './kinds.js'
import type { Kind, Leaf, Listed, Shape } from './shapes.js'

export interface Tidied {
  item: Members
  findings: Finding[]
  leftOut: LeftOut[]
}

interface Notes extends Omit<Tidied, 'item'> {}

export function tidy (item: unknown, shape: Shape): Tidied {
  const notes: Notes = { findings: [], leftOut: [] }
  return { item: tidyMembers(item, shape, { path: [], notes }), ...notes }
}

interface At {
  path: Path
  notes: Notes
}

function tidyMembers (item: unknown, shape: Shape, { path, notes }: At): Members {
  if (!isRecord(item)) {
    // The place is kept: the others must not move.
    leaveOut(KINDS.setAside, item, { path, notes })
    return {}
  }
  return Object.fromEntries(Object.entries(item).flatMap(([name, value]) => {
    // Names come from outside too.
    const at = { path: [...path, storable(name)], notes }
    const member = Object.hasOwn(shape, name) ? shape[name] : undefined
    if (member === undefined) {
      leaveOut(KINDS.unknownMember, value, at)
      return []
    }
    const tidied = tidyMember(value, member, at)
    return tidied === undefined ? [] : [[name, tidied]]
  }))
}

/** Null is an absent value: clients send it for "" (pitfall 25). */
function tidyMember (value: unknown, member: Leaf | Listed, at: At): unknown {
  if (value === null) return undefined
  if ('items' in member) {
    if (Array.isArray(value)) return value.map((item, index) => tidyMembers(item, member.items, { ...at, path: [...at.path, index] }))
  } else {
    const read = READ[member.kind](value)
    if (read === ABSENT) return undefined
    if (read !== undefined && read !== value) at.notes.findings.push(raise(KINDS.rewritten, at.path))
    if (read !== undefined) return read
  }
  leaveOut(KINDS.setAside, value, at)
  return undefined
}

function leaveOut (kind: FindingKind, value: unknown, { path, notes }: At): void {
  notes.findings.push(raise(kind, path))
  notes.leftOut.push({ pointer: pointer(...path), value })
}

const ABSENT = Symbol('absent')

/** The value in the contract's type; undefined for what has no clear meaning. */
const READ: Readonly<Record<Kind, (value: unknown) => unknown>> = {
  text: asText,
  flag: value => oneOf(value, { 0: '0', 1: '1', false: '0', true: '1' }),
  switch: value => oneOf(value, { true: 'True', false: 'False' }),
  whole: wholeOf,
  'yes-no': value => oneOf(value, { true: true, false: false })
}

/** A larger number has lost digits before anybody could look at it. */
function asText (value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : undefined
}

function wholeOf (value: unknown): unknown {
  if (Number.isSafeInteger(value)) return value
  if (typeof value !== 'string') return undefined
  if (value === '') return ABSENT
  return /^\d{1,15}$/.test(value) ? Number(value) : undefined
}

function oneOf (value: unknown, meanings: Readonly<Record<string, unknown>>): unknown {
  if (value === '') return ABSENT
  const word = ['string', 'number', 'boolean'].includes(typeof value) ? String(value).toLowerCase() : ''
  return Object.hasOwn(meanings, word) ? meanings[word] : undefined
}
