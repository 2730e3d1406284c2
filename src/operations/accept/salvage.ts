/**
 * What of a document keeps to its schema: optional members that do not are taken out and named. A document that still
 * breaks a rule, or one of whose lists is too long, cannot be made canonical. Pure.
 */
import { isRecord, memberOf, valueAt } from '../../model/json.js'
import type { Checked } from '../../dossier/validate.js'
import type { ProblemItem } from '../../base/problem.js'

export type Salvaged<T> = { value: T, takenOut: ProblemItem[] } | { errors: ProblemItem[] }

export interface Salvage<T> {
  check: (document: unknown) => Checked<T>
  /** Must not be taken out whatever is wrong with it, as a step: what it reports would be lost. */
  stays: (pointer: string) => boolean
}

/** Places in the document as it was given, with what was wrong there. */
type TakenOut = Map<string, ProblemItem>

/** More faults than that are no slip of a field; each round checks the whole document. */
const MOST_ROUNDS = 20

export function salvage<T> (document: unknown, { check, stays }: Salvage<T>): Salvaged<T> {
  const takenOut: TakenOut = new Map()
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const checked = check(without(document, takenOut, ''))
    if (checked.errors === undefined) return { value: checked.value, takenOut: outermost(takenOut) }
    const faults = checked.errors.map(error => faultOf(document, takenOut, error))
    const hopeless = faults.filter(({ target }) => target === '' || stays(target) || Array.isArray(valueAt(document, target)))
    if (hopeless.length > 0) return { errors: hopeless.map(({ reason }) => reason) }
    for (const { target, reason } of faults) takenOut.set(target, reason)
  }
  return { errors: [...takenOut.values()] }
}

interface Fault {
  /** What has to go. */
  target: string
  reason: ProblemItem
}

/** What is missing cannot be taken out: its owner can. The reason why it went is then the reason. */
function faultOf (document: unknown, takenOut: TakenOut, error: ProblemItem): Fault {
  const place = placeIn(document, takenOut, error.pointer)
  const missing = takenOut.has(place) || valueAt(document, place) === undefined
  return {
    target: missing ? place.slice(0, Math.max(0, place.lastIndexOf('/'))) : place,
    reason: takenOut.get(place) ?? { ...error, pointer: place }
  }
}

function without (value: unknown, takenOut: TakenOut, path: string): unknown {
  const kept = (name: string | number): boolean => !takenOut.has(`${path}/${name}`)
  if (Array.isArray(value)) return value.flatMap((item, index) => kept(index) ? [without(item, takenOut, `${path}/${index}`)] : [])
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).filter(([name]) => kept(name)).map(([name, member]) => [name, without(member, takenOut, `${path}/${name}`)]))
}

/** The place in the given document of a pointer into what is left of it: items before it may have gone. */
function placeIn (document: unknown, takenOut: TakenOut, pointer: string): string {
  let [value, path] = [document, '']
  for (const part of pointer.split('/').slice(1)) {
    const name: string = Array.isArray(value) ? String(indexesLeft(value, takenOut, path)[Number(part)]) : part
    value = memberOf(value, name)
    path = `${path}/${name}`
  }
  return path
}

function indexesLeft (list: readonly unknown[], takenOut: TakenOut, path: string): number[] {
  return list.map((_, index) => index).filter(index => !takenOut.has(`${path}/${index}`))
}

function outermost (takenOut: TakenOut): ProblemItem[] {
  return [...takenOut].filter(([place]) => ![...takenOut.keys()].some(other => place.startsWith(`${other}/`)))
    .map(([place, reason]) => ({ ...reason, pointer: place }))
}
