/** What every writing service does first: check the fields and say in one message what is wrong. */
import { problemsOf } from '../checks.js'
import type { BodyShape } from '../checks.js'
import { CODE, writeRefused } from '../answers.js'
import type { SandboxOutcome } from '../answers.js'
import type { Shelf } from '../catalogue-control.js'
import type { SandboxSettings } from '../settings.js'
import type { Source, Store } from '../store.js'

/** What a service may look at and change. It knows no clock and no network. */
export interface Counter {
  store: Store
  shelf: Shelf
  settings: SandboxSettings
  /** Where the call stands in the record. */
  source: Source
  /** The name by which it was called: some services share their work. */
  service: string
}

export type SandboxService = (envelope: Readonly<Record<string, unknown>>, counter: Counter) => SandboxOutcome

type Item = Readonly<Record<string, unknown>>

const MOST_PROBLEMS = 10

export function badData (problems: readonly string[]): SandboxOutcome {
  const more = problems.length - MOST_PROBLEMS
  const shown = problems.slice(0, MOST_PROBLEMS).join('; ')
  return writeRefused(CODE.badData, `Dữ liệu không hợp lệ: ${shown}${more > 0 ? `; và ${more} lỗi khác` : ''}`)
}

/** The items of `data`, or the refusal. There is one answer for the whole batch (contract §1.5). */
export function readItems (data: unknown, shape: BodyShape, settings: SandboxSettings): Item[] | SandboxOutcome {
  if (!Array.isArray(data) || data.length === 0) return badData(['data phải là một mảng có ít nhất một phần tử'])
  const problems = data.flatMap((item, index) => problemsOf(item, shape, { path: `data[${index}]`, options: settings }))
  return problems.length === 0 ? data as Item[] : badData(problems)
}

export function accepted (settings: SandboxSettings): SandboxOutcome {
  return { code: CODE.done, codeAs: 'text', message: settings.successMessage }
}

export function codesOf (items: readonly Item[]): string[] {
  return items.map(item => String(item['MaHoSo']))
}
