/**
 * A document that came in a partner's format, checked as a push to /v1 is, with one difference: an error that leaves the
 * document storable is a finding. Pointers of findings are into the item that the client sent.
 */
import type { AcceptedItem, AcceptOperation } from '../../adapter-kit/contract/accept.js'
import type { Dossier, Progress, ProgressStep } from '../../model/dossier-types.js'
import type { Finding } from '../../model/findings.js'
import { storable } from '../../model/text.js'
import { isRecord, valueAt } from '../../model/json.js'
import type { Extension } from './intake-notes.sql.js'
import { normaliseText } from '../../dossier/content.js'
import { asItem } from '../../dossier/problems.js'
import { limited, reviewDossier, reviewProgress } from '../../dossier/review.js'
import type { Validator } from '../../dossier/validate.js'
import type { ProblemItem } from '../../base/problem.js'
import { Refused } from './refused.js'
import { salvage, type Salvage } from './salvage.js'

export interface ReadingParts {
  validator: Validator
  now: Date
  placeOf: AcceptOperation['placeOf']
  /** What the partners' formats say of a dossier, as it is told at /v1. */
  review: (dossier: Dossier) => Finding[]
}

export interface ReadItem<T> {
  dossierCode: string
  document: T
  findings: Finding[]
  extensions: Extension[]
}

/** Throws `Refused` for a dossier that cannot be made canonical. */
export function readDossierItem (item: AcceptedItem, index: number, parts: ReadingParts): ReadItem<Dossier> {
  const { validator, now, review } = parts
  const place = (pointer: string): string => parts.placeOf('dossier', pointer)
  const read = checked(item, item.document, { index, place, salvage: { check: validator.dossier, stays: () => false } })
  const said = [...read.findings, ...reviewDossier(read.value, now), ...review(read.value)]
  return { dossierCode: item.dossierCode, document: read.value, ...noted(item, { said, leftOut: read.leftOut, place }) }
}

/** Throws `Refused` for a step that cannot be made canonical: none is left out. */
export function readStepItem (item: AcceptedItem, index: number, parts: ReadingParts): ReadItem<ProgressStep> {
  const { validator, now } = parts
  const place = (pointer: string): string => parts.placeOf('step', pointer.replace(/^\/steps\/0/, ''))
  const stays = (pointer: string): boolean => /^\/steps(\/\d+)?$/.test(pointer)
  const read = checked<Progress>(item, { steps: [item.document] }, { index, place, salvage: { check: validator.progress, stays } })
  const [step] = read.value.steps
  if (step === undefined) throw new Error('a checked step is gone')
  const said = [...read.findings, ...reviewProgress(read.value, now)]
  return { dossierCode: item.dossierCode, document: step, ...noted(item, { said, leftOut: read.leftOut, place }) }
}

interface Checking<T> {
  index: number
  place: (pointer: string) => string
  salvage: Salvage<T>
}

function checked<T> (item: AcceptedItem, document: unknown, { index, place, salvage: how }: Checking<T>): { value: T, findings: Finding[], leftOut: string[] } {
  const normalised = normaliseText(document)
  const refuse = (problems: readonly ProblemItem[]): Refused => new Refused({
    why: 'not-canonical',
    problems: problems.map(problem => {
      // Missing to us for the reason that the adapter gave.
      const { code, message } = item.findings.find(({ severity, pointer }) => severity === 'error' && pointer === place(problem.pointer)) ?? problem
      return { pointer: `/data/${index}${place(problem.pointer)}`, code, message }
    })
  })
  // Half a character can be stored nowhere.
  const broken = normalised.findings.filter(({ severity }) => severity === 'error')
  if (broken.length > 0) throw refuse(broken.map(asItem))
  const salvaged = salvage(normalised.value, how)
  if ('errors' in salvaged) throw refuse(salvaged.errors)
  const findings = salvaged.takenOut.map((problem): Finding => ({ severity: 'error', ...problem }))
  return { value: salvaged.value, findings: [...normalised.findings, ...findings], leftOut: salvaged.takenOut.map(({ pointer }) => pointer) }
}

interface Said {
  said: readonly Finding[]
  /** Pointers into the document. */
  leftOut: readonly string[]
  place: (pointer: string) => string
}

function noted ({ source, findings, leftOut }: AcceptedItem, { said, leftOut: more, place }: Said): Pick<ReadItem<unknown>, 'findings' | 'extensions'> {
  const places = [...new Set(more.map(place))].filter(pointer => !leftOut.some(known => known.pointer === pointer))
  const taken = places.map(pointer => ({ pointer, value: valueAt(source, pointer) })).filter(({ value }) => value !== undefined)
  return {
    findings: limited([...findings, ...said.map(finding => ({ ...finding, pointer: place(finding.pointer) }))]),
    extensions: [...leftOut, ...taken].map(({ pointer, value }) => ({ pointer, value: kept(value) }))
  }
}

/** As it came, but for NUL and halves of characters, which PostgreSQL's `jsonb` cannot hold. */
function kept (value: unknown): unknown {
  if (typeof value === 'string') return storable(value)
  if (Array.isArray(value)) return value.map(kept)
  return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([name, member]) => [storable(name), kept(member)])) : value
}
