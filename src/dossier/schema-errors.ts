/** One schema error → one problem item. Values are never repeated: they may be personal data. */
import type { ErrorObject } from 'ajv/dist/2020.js'
import type { BilingualText } from '../model/bilingual.js'
import { pointer, raise, type FindingKind, type FindingValues } from '../model/findings.js'
import type { ProblemItem } from '../base/problem.js'
import { asItem } from './problems.js'
import { SCHEMA_KINDS as KINDS } from './schema-kinds.js'

type Described = readonly [kind: FindingKind, values: FindingValues]
type Describe = (error: ErrorObject, schema: Record<string, unknown>) => Described

const limited = (kind: FindingKind): Describe => ({ params }) => [kind, { limit: String(params['limit']) }]

const BY_KEYWORD: Readonly<Record<string, Describe>> = {
  required: ({ params }) => [KINDS.missing, { member: String(params['missingProperty']) }],
  additionalProperties: ({ params }) => [KINDS.unknown, { member: cut(params['additionalProperty']) }],
  type: ({ params }) => [KINDS.type, { types: { vi: typeNames(params['type'], 'vi'), en: typeNames(params['type'], 'en') } }],
  enum: ({ params }) => [KINDS.value, { allowed: (params['allowedValues'] as unknown[]).join(', ') }],
  pattern: (_, schema) => [KINDS.format, { form: patternForm(schema) }],
  format: ({ params }) => [KINDS.format, { form: params['format'] === 'date-time' ? REAL_TIME : String(params['format']) }],
  minLength: limited(KINDS.tooShort),
  maxLength: limited(KINDS.tooLong),
  minimum: limited(KINDS.tooSmall),
  maximum: limited(KINDS.tooLarge),
  maxItems: limited(KINDS.tooMany),
  minItems: limited(KINDS.tooFew)
}

const OTHER: Describe = ({ keyword }) => [KINDS.other, { rule: keyword }]

/** 31 February and the leap second have the right form, and are no times. */
const REAL_TIME: BilingualText = { vi: 'thời điểm có thật', en: 'a real time' }

export function describeError (error: ErrorObject): ProblemItem {
  const schema = (error.parentSchema ?? {}) as Record<string, unknown>
  const [kind, values] = (BY_KEYWORD[error.keyword] ?? OTHER)(error, schema)
  const item = asItem(raise(kind, [], values))
  const label = schema['x-vi']
  // `required` and `additionalProperties` fail at the parent: there the label would name the wrong thing.
  const labelled = typeof label === 'string' && !('missingProperty' in error.params) && !('additionalProperty' in error.params)
  return {
    ...item,
    pointer: error.instancePath + memberPointer(error),
    message: labelled ? `${label}: ${item.message}` : item.message
  }
}

function patternForm (schema: Record<string, unknown>): BilingualText {
  return { vi: String(schema['x-pattern-vi'] ?? 'đúng mẫu quy định'), en: String(schema['x-pattern-en'] ?? 'the documented pattern') }
}

function memberPointer ({ params }: ErrorObject): string {
  const member: unknown = params['missingProperty'] ?? params['additionalProperty']
  return typeof member === 'string' ? pointer(cut(member)) : ''
}

/** Names of unknown fields come from outside. */
function cut (name: unknown): string {
  const text = String(name)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}

const TYPE_NAMES: Readonly<Record<string, BilingualText>> = {
  string: { vi: 'chuỗi ký tự', en: 'a string' },
  integer: { vi: 'số nguyên', en: 'a whole number' },
  boolean: { vi: 'true hoặc false', en: 'true or false' },
  object: { vi: 'đối tượng JSON', en: 'an object' },
  array: { vi: 'danh sách', en: 'a list' }
}

function typeNames (types: unknown, language: keyof BilingualText): string {
  const names = Array.isArray(types) ? types : [types]
  return names.map(name => TYPE_NAMES[String(name)]?.[language] ?? String(name)).join(language === 'vi' ? ' hoặc ' : ' or ')
}
