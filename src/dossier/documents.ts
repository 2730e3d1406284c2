/** From a parsed body to a checked document and its findings; throws the problem that lists every error. */
import type { Dossier, Progress } from '../model/dossier-types.js'
import type { Finding } from '../model/findings.js'
import type { ProblemItem } from '../base/problem.js'
import { hasTooManyValues, MAX_VALUES, normaliseText } from './content.js'
import { asItem, invalidDocument, tooManyValues } from './problems.js'
import { reviewDossier, reviewProgress } from './review.js'
import type { Checked, Validator } from './validate.js'

export interface DocumentReading {
  validator: Validator
  /** What lies beyond is in the future. */
  now: Date
  /** What was wrong with the document's form already; told with the rest. */
  faults?: readonly ProblemItem[]
}

export function readDossier ({ validator, now, faults }: DocumentReading, body: unknown): { dossier: Dossier, findings: Finding[] } {
  const { value, findings } = read({ body, faults }, validator.dossier, dossier => reviewDossier(dossier, now))
  return { dossier: value, findings }
}

export function readProgress ({ validator, now, faults }: DocumentReading, body: unknown): { progress: Progress, findings: Finding[] } {
  const { value, findings } = read({ body, faults }, validator.progress, progress => reviewProgress(progress, now))
  return { progress: value, findings }
}

interface Form {
  body: unknown
  faults: readonly ProblemItem[] | undefined
}

function read<T> ({ body, faults = [] }: Form, check: (document: unknown) => Checked<T>, review: (document: T) => Finding[]): { value: T, findings: Finding[] } {
  if (hasTooManyValues(body)) throw tooManyValues(MAX_VALUES)
  const normalised = normaliseText(body)
  const checked = check(normalised.value)
  const findings = checked.errors === undefined ? [...normalised.findings, ...review(checked.value)] : normalised.findings
  const errors = [...faults, ...checked.errors ?? [], ...findings.filter(({ severity }) => severity === 'error').map(asItem)]
  if (checked.errors !== undefined || errors.length > 0) throw invalidDocument(errors)
  return { value: checked.value, findings }
}
