/** The body of a call of the portal: proven, parsed, in one spelling. Pure. */
import { isRecord, parseJson } from '../../../src/model/json.js'
import { sameText } from '../../../src/adapter-kit/mac.js'
import type { CheckForm, InboundRefusal, InboundRequest } from '../../../src/adapter-kit/contract/receive.js'
import { decodeUtf8 } from '../../../src/model/text.js'
import type { Settings } from '../../../src/adapter-kit/contract/open.js'

export type Body = Record<string, unknown>

/** §4.1: a shared secret inside the body, under one of two names. */
const KEY_NAMES = ['SecurityKey', 'Key'] as const
/** National-databases §3.6.2: one province's counterparts write the members of the envelope with a capital. */
const CAPITALISED: Readonly<Record<string, string>> = { Service: 'service', Ngay: 'ngay', IsUpdating: 'isUpdating', IsSync: 'isSync', Data: 'data' }

/** Without the key, which is neither part of what is said nor to be compared with it. */
export function readBody (request: InboundRequest, settings: Settings): { body: Body } | { refusal: InboundRefusal } {
  const text = decodeUtf8(request.body)
  const value = text === undefined ? undefined : parseJson(text)
  if (!isRecord(value)) return refuse('malformed', 'body-malformed', ['Nội dung không phải một đối tượng JSON (UTF-8).', 'The body is no JSON object in UTF-8.'])
  if (!isProven(value, settings)) return refuse('unauthenticated', 'security-key-wrong', ['Không xác thực được bên gọi.', 'The caller is not authenticated.'])
  return { body: Object.fromEntries(Object.entries(value).flatMap(([name, member]) => isKey(name) ? [] : [[CAPITALISED[name] ?? name, member]])) }
}

/** The document, typed as the named form of `schema/`, or the refusal where it does not fit that form. */
export function readForm<Form> (form: string, document: Body, check: CheckForm): { document: Form } | { refusal: InboundRefusal } {
  const refusal = check(form, document)
  // Just checked against the schema; the caller names the type that matches it.
  return refusal === undefined ? { document: document as unknown as Form } : { refusal }
}

export function refuse (reason: InboundRefusal['reason'], code: string, [vi, en]: readonly [string, string]): { refusal: InboundRefusal } {
  return { refusal: { reason, code, message: { vi, en } } }
}

/** All keys are compared, however soon one fits. Without keys the kernel asks for another proof. */
function isProven (body: Body, settings: Settings): boolean {
  const keys = settings['SECURITY_KEYS']
  if (!Array.isArray(keys)) return true
  const given = KEY_NAMES.map(name => body[name]).find(member => typeof member === 'string') ?? ''
  return (keys as string[]).filter(key => sameText(given as string, key)).length > 0
}

function isKey (name: string): boolean {
  return (KEY_NAMES as readonly string[]).includes(name)
}
