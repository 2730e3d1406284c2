/** Checks pushed documents against the schemas and says in two languages what is wrong and how to mend it. */
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js'
import { createSchemaCompiler } from '../base/json-schema.js'
import type { Dossier, Progress } from '../model/dossier-types.js'
import type { ProblemItem } from '../base/problem.js'
import { describeError } from './schema-errors.js'
import { canonicalSchema } from './schemas.js'

export interface Validator {
  dossier: (document: unknown) => Checked<Dossier>
  progress: (document: unknown) => Checked<Progress>
}

export type Checked<T> = { value: T, errors?: undefined } | { errors: ProblemItem[] }

/** All errors are wanted, but not without end: a document can break a rule thousands of times. */
const MAX_ERRORS = 100

export function createValidator (): Validator {
  return { dossier: createCheck<Dossier>('dossier'), progress: createCheck<Progress>('progress') }
}

/** The check of one of our own schemas. */
export function createCheck<T> (name: Parameters<typeof canonicalSchema>[0]): (document: unknown) => Checked<T> {
  // `verbose` hands the failing schema's own words for people to `describeError`.
  const compile = createSchemaCompiler({
    allErrors: true, verbose: true, strict: true, strictTypes: false, strictRequired: false, vocabulary: ['x-vi', 'x-pattern-vi', 'x-pattern-en']
  })
  return check(compile<T>(canonicalSchema(name)))
}

function check<T> (validate: ValidateFunction<T>): (document: unknown) => Checked<T> {
  return document => {
    if (validate(document)) return { value: document }
    return { errors: distinct(validate.errors ?? []).slice(0, MAX_ERRORS).map(describeError) }
  }
}

/** A text that breaks a pattern often breaks a format too: one error a place and keyword says enough. */
function distinct (errors: readonly ErrorObject[]): ErrorObject[] {
  const seen = new Set<string>()
  const patternAt = new Set(errors.filter(error => error.keyword === 'pattern').map(error => error.instancePath))
  return errors.filter(error => {
    // What its branch asks for is an error of its own.
    if (error.keyword === 'if') return false
    if (error.keyword === 'format' && patternAt.has(error.instancePath)) return false
    const key = `${error.instancePath} ${error.keyword} ${JSON.stringify(error.params)}`
    return seen.has(key) ? false : seen.add(key) !== undefined
  })
}
