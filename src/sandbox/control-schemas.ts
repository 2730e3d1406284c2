/** What the control API takes. Unknown members are refused: a typing error must not become a silent default. */
import { Ajv } from 'ajv'
import type { ValidateFunction } from 'ajv'
import { FAULT_KINDS } from './fault-rules.js'

const WHOLE = { type: 'integer', minimum: 0 }
const COUNT = { type: 'integer', minimum: 1 }
const WORD = { type: 'string', minLength: 1, maxLength: 200 }

const FAULT_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['kind'],
  properties: {
    kind: { enum: Object.keys(FAULT_KINDS) },
    match: {
      type: 'object',
      additionalProperties: false,
      properties: {
        path: { enum: ['login', 'data', 'wrapper', 'connector'] },
        service: WORD,
        dossierCode: WORD,
        codePattern: WORD,
        isUpdating: { enum: ['True', 'False'] }
      }
    },
    times: COUNT,
    skip: WHOLE,
    probability: { type: 'number', minimum: 0, maximum: 1 },
    seed: WHOLE,
    code: { type: ['integer', 'string'] },
    message: { type: 'string' },
    status: { type: 'integer', minimum: 400, maximum: 599 },
    retryAfter: WHOLE,
    asDate: { type: 'boolean' },
    delayMs: { type: 'integer', minimum: 0, maximum: 3_600_000 },
    text: { type: 'string' },
    bytes: { type: 'integer', minimum: 1, maximum: 1_073_741_824 },
    done: { type: 'boolean' }
  }
}

const SETTINGS_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  properties: {
    accounts: {
      type: 'array',
      minItems: 1,
      maxItems: 1000,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['username', 'password'],
        properties: { username: WORD, password: WORD }
      }
    },
    sessionSeconds: COUNT,
    sessionCalls: WHOLE,
    errorCodes: { enum: ['contract', 'number', 'string', 'double-zero'] },
    successMessage: { type: 'string' },
    generationB: { enum: ['optional', 'required'] },
    unknownFields: { enum: ['refuse', 'ignore'] },
    wrapperToken: { type: 'string', pattern: '^\\S{0,200}$' },
    dossierCodes: { enum: ['any', 'known'] }
  }
}

// The query arrives as text and nothing is coerced, so numbers are digits here and made numbers in `control.ts`.
const DIGITS = { type: 'string', pattern: '^\\d{1,9}$' }

const REQUESTS_QUERY = {
  type: 'object',
  additionalProperties: false,
  properties: { service: WORD, code: WORD, after: DIGITS, limit: DIGITS }
}

const DOSSIERS_QUERY = {
  type: 'object',
  additionalProperties: false,
  properties: { offset: DIGITS, limit: DIGITS }
}

const MESSAGES_QUERY = { type: 'object', additionalProperties: false, properties: { service: WORD } }

/** Members to set in a stored dossier; null takes one out. The portal's own checks do not apply: it is to go wrong. */
const ALTERATION_SCHEMA = { type: 'object', minProperties: 1, properties: { MaHoSo: false } }

interface CheckedRoute {
  schema: { body?: object, querystring?: object }
  validatorCompiler: () => ValidateFunction
}

// Compiled here, once: Fastify would do it again for every sandbox, and a test starts dozens of them. Unlike Fastify's
// own, this compiler neither turns "1" into 1 nor drops unknown members: scripts are taken at their word.
/** The real list's members are not published: what is filed is shown as it was given. */
const FILED_SCHEMA = {
  type: 'object',
  required: ['IdHoSo', 'MaHoSo'],
  properties: { IdHoSo: WORD, MaHoSo: WORD }
}

const ajv = new Ajv({ allowUnionTypes: true })

export const CHECKED_FAULT = checked('body', FAULT_SCHEMA)
export const CHECKED_FILED = checked('body', FILED_SCHEMA)
export const CHECKED_SETTINGS = checked('body', SETTINGS_SCHEMA)
export const CHECKED_REQUESTS_QUERY = checked('querystring', REQUESTS_QUERY)
export const CHECKED_DOSSIERS_QUERY = checked('querystring', DOSSIERS_QUERY)
export const CHECKED_MESSAGES_QUERY = checked('querystring', MESSAGES_QUERY)
export const CHECKED_ALTERATION = checked('body', ALTERATION_SCHEMA)

function checked (part: 'body' | 'querystring', schema: object): CheckedRoute {
  const validate = ajv.compile(schema)
  return { schema: { [part]: schema }, validatorCompiler: () => validate }
}
