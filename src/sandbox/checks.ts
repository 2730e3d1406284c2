/**
 * Applies field rules to a message. Stricter than any public source proves the portal to be: what passes here is
 * exactly what contract §2 describes, so nulls and numbers in place of text are refused.
 */
import { fromDate14 } from '../model/dates.js'
import { isRecord } from '../model/json.js'
import { textLength } from '../model/text.js'

export interface Rule {
  is: 'text' | 'date14' | 'whole' | 'yes-no' | 'list'
  /** Absent: may be missing or empty. */
  need?: 'always' | 'generation-b'
  /** In code points (contract §2.1.1, client-side limits). */
  max?: number
  oneOf?: readonly string[]
  shape?: RegExp
  /** What to say when `shape` does not match. */
  hint?: string
  items?: BodyShape
}

export type Fields = Readonly<Record<string, Rule>>

export interface BodyShape {
  fields: Fields
  /** Looks at several fields together, after each of them passed. */
  also?: (record: Readonly<Record<string, unknown>>) => string | undefined
}

export interface CheckOptions {
  generationB: 'optional' | 'required'
  unknownFields: 'refuse' | 'ignore'
}

/** Where a value stands in the message. */
export interface Spot {
  path: string
  options: CheckOptions
}

/** Every problem, each opening with the path of its field; empty when the value is in order. */
export function problemsOf (value: unknown, shape: BodyShape, { path, options }: Spot): string[] {
  if (!isRecord(value)) return [`${path} phải là một đối tượng`]
  const names = new Set([...Object.keys(shape.fields), ...Object.keys(value)])
  const problems = [...names].flatMap(name => {
    const rule = Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined
    return fieldProblems(value[name], rule, { path: `${path}.${name}`, options })
  })
  const together = problems.length === 0 ? shape.also?.(value) : undefined
  return together === undefined ? problems : [`${path}: ${together}`]
}

function fieldProblems (value: unknown, rule: Rule | undefined, { path, options }: Spot): string[] {
  // contract §8.3: whether null is accepted is unknown, and for NoiDungXuLy it was not (fix 643a84200)
  if (value === null) return [`${path} không được là null (dùng "" khi không có)`]
  if (rule === undefined) return options.unknownFields === 'refuse' ? [`${path} không có trong đặc tả`] : []
  if (isAbsent(value, rule)) return isNeeded(rule, options) ? [`${path} bắt buộc phải có`] : []
  if (rule.is === 'list') return listProblems(value, rule.items, { path, options })
  const problem = scalarProblem(value, rule)
  return problem === undefined ? [] : [`${path} ${problem}`]
}

function isAbsent (value: unknown, { is }: Rule): boolean {
  if (value === undefined) return true
  return is === 'list' ? Array.isArray(value) && value.length === 0 : value === ''
}

function isNeeded (rule: Rule, options: CheckOptions): boolean {
  return rule.need === 'always' || (rule.need === 'generation-b' && options.generationB === 'required')
}

function listProblems (value: unknown, items: BodyShape | undefined, { path, options }: Spot): string[] {
  if (!Array.isArray(value)) return [`${path} phải là một mảng`]
  return items === undefined ? [] : value.flatMap((item, index) => problemsOf(item, items, { path: `${path}[${index}]`, options }))
}

function scalarProblem (value: unknown, rule: Rule): string | undefined {
  if (rule.is === 'whole') return Number.isInteger(value) ? undefined : 'phải là số nguyên'
  if (rule.is === 'yes-no') return typeof value === 'boolean' ? undefined : 'phải là true hoặc false'
  if (typeof value !== 'string') return 'phải là chuỗi'
  return rule.is === 'date14' ? dateProblem(value) : textProblem(value, rule)
}

function dateProblem (value: string): string | undefined {
  return fromDate14(value) === undefined ? 'phải là ngày giờ dạng yyyyMMddHHmmss' : undefined
}

function textProblem (value: string, { max, oneOf, shape, hint }: Rule): string | undefined {
  if (max !== undefined && textLength(value) > max) return `dài quá ${max} ký tự`
  if (oneOf !== undefined && !oneOf.includes(value)) return `phải là một trong: ${oneOf.join(', ')}`
  return shape?.test(value) === false ? hint : undefined
}
