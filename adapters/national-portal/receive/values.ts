/** Amounts and times that a message may claim. What could mean two things is none: nothing is guessed. Pure. */
import { fromDate14 } from '../../../src/model/dates.js'
import type { InboundRefusal } from '../../../src/adapter-kit/contract/receive.js'
import { refuse } from './body.js'

/** More than any tax, and far below where numbers stop being exact. */
const AMOUNT = /^[1-9]\d{0,14}$/

/** §3.6.2: `1.000` may be a thousand or one; only digits are an amount. */
export function isAmount (text: string): boolean {
  return AMOUNT.test(text)
}

/** A notice may say that nothing is owed. */
export function isNoticeAmount (text: string): boolean {
  return text === '0' || isAmount(text)
}

/** §3.6.2: one province is sent a number. What is no exact one is left to the schema, which refuses it. */
export function numberAsText (value: unknown): unknown {
  return Number.isSafeInteger(value) ? String(value) : value
}

export function impossibleAmount (place: string): { refusal: InboundRefusal } {
  return refuse('invalid', 'amount-impossible', [`${place}: không phải số tiền có thể có; chỉ ghi chữ số, không dấu ngăn cách.`, `${place}: no possible amount; write digits alone, without separators.`])
}

export function impossibleDate (place: string): { refusal: InboundRefusal } {
  return refuse('invalid', 'date-impossible', [`${place}: không có ngày giờ này.`, `${place}: there is no such date.`])
}

/** `dd-MM-yyyy` (§6.6, pitfall 44) → `yyyy-MM-dd`; undefined for a day that the calendar does not have. */
export function fromDayFirst (text: string): string | undefined {
  const [, day, month, year] = /^(\d{2})-(\d{2})-(\d{4})$/.exec(text) ?? []
  if (day === undefined || month === undefined || year === undefined) return undefined
  return fromDate14(`${year}${month}${day}000000`) === undefined ? undefined : `${year}-${month}-${day}`
}
