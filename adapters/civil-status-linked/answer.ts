/**
 * What the caller is told: `{maHoSo, daNhan}`, the words by which a client tells the hub that it has a dossier
 * (national-databases §3.4.4; that they are the answer to a call as well is inferred). Pure.
 */
import { isRecord, parseJson } from '../../src/model/json.js'
import type { InboundOutcome, InboundRefusal, InboundRequest, WireReply } from '../../src/adapter-kit/contract/receive.js'
import { readableLine } from '../../src/model/text.js'

const STATUS: Readonly<Record<InboundRefusal['reason'], number>> = { unauthenticated: 401, malformed: 400, invalid: 422 }

export function answer (request: InboundRequest, outcome: InboundOutcome): WireReply {
  switch (outcome.result) {
    case 'accepted': return said(200, { maHoSo: outcome.message.key, daNhan: true })
    // §3.4.4: duplicates are acknowledged too, or they are offered for ever.
    case 'duplicate': return said(200, { maHoSo: outcome.message.key, daNhan: true, message: 'Hồ sơ đã nhận trước đó.' })
    case 'conflict': return said(409, { maHoSo: outcome.message.key, daNhan: false, message: 'Hồ sơ đã nhận với nội dung khác; không thay đổi gì.' })
    case 'refused': return refused(request, outcome.refusal)
    case 'partly':
    case 'rejected':
    case 'answered':
    case 'failed': return said(503, { maHoSo: codeOf(request), daNhan: false, message: 'Hệ thống tạm thời không nhận, hãy gửi lại sau.' })
  }
}

function refused (request: InboundRequest, { reason, code, message }: InboundRefusal): WireReply {
  // To a stranger nothing of the message is repeated.
  const maHoSo = reason === 'unauthenticated' ? '' : codeOf(request)
  return said(code === 'body-too-large' ? 413 : STATUS[reason], { maHoSo, daNhan: false, message: message.vi })
}

function said (status: number, body: { maHoSo: string, daNhan: boolean, message?: string }): WireReply {
  return { status, body }
}

/** As far as it can be read. */
function codeOf ({ body }: InboundRequest): string {
  const value = parseJson(body.toString('utf8'))
  const data = isRecord(value) ? value['data'] : undefined
  const code = isRecord(data) ? data['maHoSo'] : undefined
  return typeof code === 'string' ? readableLine(code, 50) : ''
}
