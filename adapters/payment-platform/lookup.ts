/** dptracuuthanhtoanhs: the platform asks what there is to pay for a dossier (national-portal §4.5). */
import { toDate14 } from '../../src/model/dates.js'
import type { CheckForm, InboundOutcome, InboundReading, InboundRequest, ReceiveOperation, WireReply } from '../../src/adapter-kit/contract/receive.js'
import { inWords, MALFORMED, readBody, reasonOf } from './body.js'
import { billOf } from './mapping.js'
import type { Settings } from '../../src/adapter-kit/contract/open.js'

export const paymentLookup: ReceiveOperation = { read, answer }

/** The reverse of every other answer (§4.5). */
const [DUE, NOTHING, NOT_FOUND] = [1, 0, -1]

function read (request: InboundRequest, _settings: Settings, check: CheckForm): InboundReading {
  const body = readBody(request.body)
  if (body === undefined) return { refusal: MALFORMED }
  const refusal = check('lookup', body)
  if (refusal !== undefined) return { refusal }
  const { MaHoSo: dossierCode } = body as { MaHoSo: string }
  return { question: { dossierCode, paymentReference: dossierCode + toDate14(request.receivedAt.toISOString()) } }
}

function answer (_request: InboundRequest, outcome: InboundOutcome, settings: Settings): WireReply {
  if (outcome.result !== 'answered') return notFound(inWords(reasonOf(outcome) ?? UNKNOWN), outcome.result === 'failed' ? 503 : 200)
  const { about } = outcome
  if (about === undefined) return notFound(inWords(UNKNOWN), 200)
  if (about.amountDue === undefined) return { status: 200, body: { error_code: NOTHING, message: inWords(NOTHING_DUE) } }
  return { status: 200, body: { error_code: DUE, message: billOf(about.dossier, { due: about.amountDue, settings }) } }
}

/** No other code for a refusal is known. A fault of ours says so by its status too, or a dossier would seem not to exist. */
function notFound (message: string, status: number): WireReply {
  return { status, body: { error_code: NOT_FOUND, message } }
}

const UNKNOWN = { vi: 'Không tìm thấy hồ sơ.', en: 'The dossier is not known.' }
const NOTHING_DUE = { vi: 'Không có khoản phải nộp.', en: 'There is nothing to pay.' }
