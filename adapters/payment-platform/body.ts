/** The platform's messages as they come over the wire. */
import { parseJson } from '../../src/model/json.js'
import type { InboundOutcome, InboundRefusal, ItemResult } from '../../src/adapter-kit/contract/receive.js'
import { decodeUtf8 } from '../../src/model/text.js'
import type { BilingualText } from '../../src/model/bilingual.js'

/** Undefined for what is no JSON in UTF-8. */
export function readBody (body: Buffer): unknown {
  const text = decodeUtf8(body)
  return text === undefined ? undefined : parseJson(text)
}

export const MALFORMED: InboundRefusal = {
  reason: 'malformed',
  code: 'malformed-json',
  message: { vi: 'Nội dung không phải JSON (UTF-8).', en: 'The body is no JSON (UTF-8).' }
}

/** One line in two languages: the platform's messages have room for one text. */
export function inWords ({ vi, en }: BilingualText): string {
  return `${vi} / ${en}`
}

/** Why a message was not taken; undefined: it was. */
export function reasonOf (outcome: InboundOutcome): BilingualText | undefined {
  switch (outcome.result) {
    case 'refused': return outcome.refusal.message
    case 'conflict': return CONFLICT
    case 'failed': return FAILED
    case 'partly':
    case 'rejected': return ITEMS[outcome.items.find(item => item !== 'accepted') ?? 'payment-unknown']
    default: return undefined
  }
}

const CONFLICT = {
  vi: 'Giao dịch này đã được ghi nhận với số tiền hoặc loại tiền khác.',
  en: 'This transaction is recorded with another amount or currency.'
}

const FAILED = {
  vi: 'Hệ thống tạm thời chưa ghi nhận được; xin gửi lại.',
  en: 'Nothing could be recorded at the moment; please send it again.'
}

const ITEMS: Readonly<Record<Exclude<ItemResult, 'accepted'>, BilingualText>> = {
  'payment-unknown': { vi: 'Không có yêu cầu thanh toán nào mang mã tham chiếu này.', en: 'No payment was asked for under this reference.' },
  'amount-differs': { vi: 'Số tiền hoặc loại tiền khác với yêu cầu thanh toán.', en: 'Amount or currency differs from what was asked for.' },
  'already-paid': { vi: 'Mã tham chiếu này đã được thanh toán; kết quả này không được ghi nhận.', en: 'This reference is paid already; this result was not recorded.' },
  'unknown-dossier': { vi: 'Không tìm thấy hồ sơ.', en: 'The dossier is not known.' }
}
