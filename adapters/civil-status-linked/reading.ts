/** A linked dossier: JSON, in it JSON as text, in that XML as text (national-databases §3.4.4). Pure. */
import { fromDate14 } from '../../src/model/dates.js'
import { canonicalJson, isRecord, parseJson } from '../../src/model/json.js'
import { sameText } from '../../src/adapter-kit/mac.js'
import type { CheckForm, InboundReading, InboundRefusal, InboundRequest } from '../../src/adapter-kit/contract/receive.js'
import { decodeUtf8 } from '../../src/model/text.js'
import { XmlError } from '../../src/model/xml-error.js'
import { parseXml, type XmlElement } from '../../src/model/xml.js'
import type { Settings } from '../../src/adapter-kit/contract/open.js'

interface Envelope {
  data: { maHoSo: string, maTTHC: string, module: 'KS' | 'KT', data: string }
}

type Refused = { refusal: InboundRefusal }

const KINDS = { KS: 'birth', KT: 'death' } as const
/** §3.4.4: days in the XML, as `yyyyMMdd`. */
const DAYS = ['ngayCapGCS', 'ngayCapGBT']
const XML_BYTES = 10_485_760

export function read (request: InboundRequest, settings: Settings, check: CheckForm): InboundReading {
  if (!isProven(request, settings)) return refuse('unauthenticated', 'token-wrong', ['Không xác thực được bên gọi.', 'The caller is not authenticated.'])
  const text = decodeUtf8(request.body)
  const envelope = text === undefined ? undefined : parseJson(text)
  if (!isRecord(envelope)) return refuse('malformed', 'body-malformed', ['Nội dung không phải một đối tượng JSON (UTF-8).', 'The body is no JSON object in UTF-8.'])
  const refusal = check('linked-dossier', envelope)
  if (refusal !== undefined) return { refusal }
  // The schema has just been checked.
  const { data } = envelope as unknown as Envelope
  const inner = innerOf(data.data)
  if ('refusal' in inner) return inner
  const impossible = checkXml(inner.xml)
  return impossible ?? messageOf(data, { inner: inner.json, update: settings['CHANGED_DOSSIER'] === 'update' })
}

function messageOf (data: Envelope['data'], { inner, update }: { inner: unknown, update: boolean }): InboundReading {
  const { data: _, ...outer } = data
  return {
    message: {
      key: data.maHoSo,
      update,
      sameness: canonicalJson([outer, inner]),
      items: [{
        event: 'dossier.received',
        dossierCode: data.maHoSo,
        // It was filed nationally: the province opens it under a code of its own.
        mustBeKnown: false,
        facts: { procedure: data.maTTHC, kind: KINDS[data.module] }
      }]
    }
  }
}

function innerOf (text: string): { json: unknown, xml: string } | Refused {
  const json = parseJson(text)
  const xml = isRecord(json) ? json['data'] : undefined
  if (typeof xml === 'string') return { json, xml }
  return refuse('malformed', 'inner-malformed', ['/data/data: không phải JSON có "data" là chuỗi XML.', '/data/data: is no JSON with XML text in "data".'])
}

/** The message is stored as it came; here it must only be what it says it is. */
function checkXml (text: string): Refused | undefined {
  try {
    const civilStatus = find(parseXml(text, { bytes: XML_BYTES, textLength: XML_BYTES }), 'hoTich')
    if (civilStatus === undefined) return refuse('invalid', 'civil-status-missing', ['/data/data: XML không có phần tử hoTich.', '/data/data: the XML has no element hoTich.'])
    const wrong = DAYS.find(name => !isDayOrNothing(find(civilStatus, name)?.text.trim() ?? ''))
    return wrong === undefined ? undefined : refuse('invalid', 'date-impossible', [`${wrong}: không có ngày này.`, `${wrong}: there is no such date.`])
  } catch (error) {
    if (!(error instanceof XmlError)) throw error
    return { refusal: { reason: 'malformed', code: error.code, message: error.text } }
  }
}

/** Itself or below; the parser bounds how deep that can be. */
function find (element: XmlElement, name: string): XmlElement | undefined {
  if (element.name === name) return element
  for (const child of element.children) {
    const found = find(child, name)
    if (found !== undefined) return found
  }
  return undefined
}

function isDayOrNothing (text: string): boolean {
  return text === '' || (/^\d{8}$/.test(text) && fromDate14(`${text}000000`) !== undefined)
}

/** Without tokens the kernel asks for another proof. All of them are compared, however soon one fits. */
function isProven ({ headers }: InboundRequest, { TOKENS: tokens }: Settings): boolean {
  if (!Array.isArray(tokens)) return true
  const given = /^Bearer (\S+)$/i.exec(headers['authorization'] ?? '')?.[1] ?? ''
  return (tokens as string[]).filter(token => sameText(given, token)).length > 0
}

function refuse (reason: InboundRefusal['reason'], code: string, [vi, en]: readonly [string, string]): Refused {
  return { refusal: { reason, code, message: { vi, en } } }
}
