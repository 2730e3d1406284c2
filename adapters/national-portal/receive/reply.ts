/** What the portal is answered: `{error_code, message}`, the message beginning with the code that was received (contract §4.1). Pure. */
import { isRecord, parseJson } from '../../../src/model/json.js'
import type { InboundMessage, InboundOutcome, InboundRefusal, InboundRequest, ItemResult, WireReply } from '../../../src/adapter-kit/contract/receive.js'
import { readableLine } from '../../../src/model/text.js'

const TAKEN = 0
const KNOWN = 1
const NOT_TAKEN = -1

/** Codes named in one answer; a notice may speak of thousands. */
const NAMED = 20

const ITEM_WORDS: Readonly<Record<ItemResult, string>> = {
  accepted: 'received',
  'unknown-dossier': 'dossier not found',
  'payment-unknown': 'payment was not asked for',
  'amount-differs': 'another amount was asked for',
  'already-paid': 'already paid'
}

/**
 * §4.1 answers all but what cannot be parsed with HTTP 200. A caller that is not proven and what cannot be read have statuses
 * of their own besides, so that nothing on the way takes them for done.
 */
const REFUSED_STATUS: Readonly<Record<InboundRefusal['reason'], number>> = { unauthenticated: 401, malformed: 400, invalid: 200 }

/** `success`: the words for what was taken. */
export function replyTo (request: InboundRequest, outcome: InboundOutcome, success: string): WireReply {
  switch (outcome.result) {
    case 'accepted': return said(200, TAKEN, codesOf(outcome.message), success)
    case 'duplicate': return said(200, KNOWN, codesOf(outcome.message), 'already received')
    case 'conflict': return said(200, NOT_TAKEN, codesOf(outcome.message), 'already received with another content; nothing was changed')
    case 'partly':
    case 'rejected': return said(200, NOT_TAKEN, codesOf(outcome.message), notTaken(outcome))
    case 'refused': return refused(request, outcome.refusal)
    // Nobody asks the portal's adapter a question here.
    case 'answered':
    case 'failed': return said(503, NOT_TAKEN, [], 'temporarily unavailable, send again later')
  }
}

function refused (request: InboundRequest, { reason, code, message }: InboundRefusal): WireReply {
  // To a stranger nothing of the message is repeated.
  const codes = reason === 'unauthenticated' ? [] : receivedCode(request)
  return said(code === 'body-too-large' ? 413 : REFUSED_STATUS[reason], NOT_TAKEN, codes, message.en)
}

type Said = readonly [status: number, errorCode: number, codes: readonly string[], words: string]

function said (...[status, errorCode, codes, words]: Said): WireReply {
  return { status, body: { error_code: errorCode, message: `${codes.slice(0, NAMED).join(',')}| ${words}` } }
}

function codesOf ({ items }: InboundMessage): string[] {
  return [...new Set(items.map(item => item.dossierCode))]
}

function notTaken ({ message, items }: { message: InboundMessage, items: readonly ItemResult[] }): string {
  const refused = message.items.flatMap(({ dossierCode }, place) => {
    const result = items[place] ?? 'unknown-dossier'
    return result === 'accepted' ? [] : [`${dossierCode}: ${ITEM_WORDS[result]}`]
  })
  const shown = [...new Set(refused)]
  return `${shown.slice(0, NAMED).join('; ')}${shown.length > NAMED ? `; and ${shown.length - NAMED} more` : ''}`
}

/** As far as it can be read; a bar in it would end it too early. */
function receivedCode ({ body }: InboundRequest): string[] {
  const value = parseJson(body.toString('utf8'))
  const data = isRecord(value) ? value['data'] ?? value['Data'] ?? value : undefined
  const code = isRecord(data) ? data['MaHoSo'] ?? data['MaHoSoQG'] : undefined
  return typeof code === 'string' ? [readableLine(code.replaceAll('|', ' '), 50)] : []
}
