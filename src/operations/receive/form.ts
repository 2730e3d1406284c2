/** Checks of a partner's message against the adapter's schemas, told without any value of the message. */
import type { ValidateFunction } from 'ajv/dist/2020.js'
import type { CheckForm } from '../../adapter-kit/contract/receive.js'
import { hasTooManyValues } from '../../dossier/content.js'
import { describeError } from '../../dossier/schema-errors.js'

export function formCheck (schemas: ReadonlyMap<string, ValidateFunction>): CheckForm {
  return (schema, value) => {
    const validate = schemas.get(schema)
    if (validate === undefined) throw new Error(`no schema/inbound/${schema}.json`)
    if (hasTooManyValues(value)) return { reason: 'invalid', code: 'too-many-values', message: { vi: 'Thông điệp có quá nhiều giá trị.', en: 'The message has too many values.' } }
    const error = validate(value) ? undefined : validate.errors?.[0]
    if (error === undefined) return undefined
    const { pointer, message, messageEn } = describeError(error)
    const place = pointer === '' ? '/' : pointer
    return { reason: 'invalid', code: 'schema-violation', message: { vi: `${place}: ${message}`, en: `${place}: ${messageEn}` } }
  }
}
