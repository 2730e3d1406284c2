/** What an adapter read, held against what can be stored and shown. Pure. */
import type { InboundItem, InboundReading, InboundRefusal, InboundRequest } from '../../adapter-kit/contract/receive.js'
import { shorten, storable } from '../../model/text.js'
import type { InboundOperation } from './operations.js'

/** A code that no route of ours could show, or that PostgreSQL could not hold, is no code. */
const CODE = /^[\x21-\x7e]{1,50}$/
/** Characters. */
const LONGEST_FACT = 500
const KEY = /^[^\p{Cc}\p{Cs}]{1,500}$/u

export function read ({ receive, settings, check }: InboundOperation, request: InboundRequest): InboundReading {
  const reading = receive.read(request, settings, check)
  if ('refusal' in reading) return reading
  const codes = 'question' in reading ? [reading.question.dossierCode] : reading.message.items.flatMap(namedCode)
  if (!codes.every(code => CODE.test(code))) return invalid('dossier-code-malformed', { vi: 'Mã hồ sơ không đúng dạng.', en: 'A dossier code is malformed.' })
  if ('question' in reading) return reading
  if (!KEY.test(reading.message.key)) return invalid('key-malformed', { vi: 'Mã thông điệp không đúng dạng.', en: 'The key of the message is malformed.' })
  if (reading.message.items.length === 0) return invalid('nothing-said', { vi: 'Thông điệp không nói về hồ sơ nào.', en: 'The message speaks of no dossier.' })
  return { message: { ...reading.message, items: reading.message.items.map(withStorableFacts) } }
}

/** A payment may name its reference alone. */
function namedCode ({ dossierCode, payment }: InboundItem): string[] {
  return dossierCode === '' && payment !== undefined ? [] : [dossierCode]
}

/** They go into the audit log, into events and to every endpoint; the whole of it stands in the stored message. */
function withStorableFacts (item: InboundItem): InboundItem {
  return { ...item, facts: Object.fromEntries(Object.entries(item.facts).map(([name, fact]) => [name, factOf(fact)])) }
}

function factOf (fact: string): string {
  // Cut first: the letters of a fact of megabytes are not counted one by one.
  const text = storable(fact.slice(0, 2 * LONGEST_FACT + 2))
  return shorten(text, LONGEST_FACT) ?? text
}

function invalid (code: string, message: InboundRefusal['message']): InboundReading {
  return { refusal: { reason: 'invalid', code, message } }
}
