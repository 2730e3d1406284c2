/** `NhanThongBaoThueDat`: tax notices about several dossiers, as base64 of XML (contract §4.4, national-databases §3.6.2). Pure. */
import { sha256 } from '../../../src/adapter-kit/hash.js'
import { canonicalJson } from '../../../src/model/json.js'
import type { CheckForm, InboundItem, InboundReading, InboundRefusal } from '../../../src/adapter-kit/contract/receive.js'
import { isBase64, shorten } from '../../../src/model/text.js'
import { XmlError } from '../../../src/model/xml-error.js'
import { childOf, parseXml, type XmlElement } from '../../../src/model/xml.js'
import { refuse, type Body } from './body.js'
import { fromDayFirst, impossibleAmount, impossibleDate, isNoticeAmount } from './values.js'

const XML_BYTES = 6_291_456
/** Names of kinds of taxes are short; a fact is no place for a text. */
const NAME_LENGTH = 200
const MEMBERS = ['SO_QUYET_DINH', 'NGAY_QUYET_DINH', 'TEN_TIEUMUC', 'SO_TIEN'] as const

type Notice = Record<typeof MEMBERS[number], string> & { MA_HSO: string, place: string }
type Refused = { refusal: InboundRefusal }

export function readTaxNotice (body: Body, check: CheckForm): InboundReading {
  const refusal = check('tax-notice', body)
  if (refusal !== undefined) return { refusal }
  const { isUpdating, data } = body as { isUpdating: boolean, data: { FileThongBaoThue: string } }
  if (!isBase64(data.FileThongBaoThue)) return refuse('malformed', 'file-broken', ['/data/FileThongBaoThue: không phải base64.', '/data/FileThongBaoThue: is no base64.'])
  const root = parsed(Buffer.from(data.FileThongBaoThue, 'base64'))
  if ('refusal' in root) return root
  const notices = noticesOf(root)
  if ('refusal' in notices) return notices
  const items: InboundItem[] = []
  for (const notice of notices) {
    const item = itemOf(notice)
    if ('refusal' in item) return item
    items.push(item)
  }
  return { message: { key: keyOf(notices), update: isUpdating, sameness: notices.map(({ place: _, ...said }) => canonicalJson(said)).sort().join('\n'), items } }
}

function parsed (xml: Buffer): XmlElement | Refused {
  try {
    return parseXml(xml, { bytes: XML_BYTES, elements: 100_000 })
  } catch (error) {
    if (!(error instanceof XmlError)) throw error
    return { refusal: { reason: 'malformed', code: error.code, message: error.text } }
  }
}

/** §3.6.2: `ROW_LIST` and `LIST` stand once or many times. One that lacks a member refuses the file: what it means is not guessed. */
function noticesOf (root: XmlElement): Notice[] | Refused {
  const body = root.name === 'DATA' ? childOf(root, 'BODY') : undefined
  const rows = body === undefined ? [] : childrenOf(body, 'ROW_LIST')
  if (rows.length === 0) return refuse('invalid', 'notice-empty', ['FileThongBaoThue: không có DATA/BODY/ROW_LIST.', 'FileThongBaoThue: there is no DATA/BODY/ROW_LIST.'])
  const notices: Notice[] = []
  for (const [index, row] of rows.entries()) {
    const place = `ROW_LIST[${index + 1}]`
    const code = textOf(row, 'MA_HSO')
    const lists = childrenOf(row, 'LIST')
    if (code === undefined) return missing(place, 'MA_HSO')
    if (lists.length === 0) return missing(place, 'LIST')
    for (const [number, list] of lists.entries()) {
      const notice = noticeOf(list, { MA_HSO: code, place: `${place}/LIST[${number + 1}]` })
      if ('refusal' in notice) return notice
      notices.push(notice)
    }
  }
  return notices
}

function noticeOf (list: XmlElement, row: Pick<Notice, 'MA_HSO' | 'place'>): Notice | Refused {
  const members = MEMBERS.map(name => [name, textOf(list, name)] as const)
  const absent = members.find(([, text]) => text === undefined)
  if (absent !== undefined) return missing(row.place, absent[0])
  return { ...row, ...Object.fromEntries(members) } as Notice
}

function itemOf ({ MA_HSO: dossierCode, SO_QUYET_DINH: decision, NGAY_QUYET_DINH: day, TEN_TIEUMUC: name, SO_TIEN: amount, place }: Notice): InboundItem | Refused {
  const decidedOn = fromDayFirst(day)
  if (decidedOn === undefined) return impossibleDate(`${place}/NGAY_QUYET_DINH`)
  if (!isNoticeAmount(amount)) return impossibleAmount(`${place}/SO_TIEN`)
  return {
    event: 'tax.notice',
    dossierCode,
    mustBeKnown: true,
    facts: { decision, decidedOn, tax: shorten(name, NAME_LENGTH) ?? name, amount, currency: 'VND' }
  }
}

/** The file has no number of its own (inferred): it is what it gives notice of. */
function keyOf (notices: readonly Notice[]): string {
  const decisions = notices.map(({ MA_HSO: code, SO_QUYET_DINH: decision, TEN_TIEUMUC: name }) => JSON.stringify([code, decision, name])).sort()
  return sha256(decisions.join('\n'))
}

function childrenOf (element: XmlElement, name: string): XmlElement[] {
  return element.children.filter(child => child.name === name)
}

function textOf (element: XmlElement, name: string): string | undefined {
  const text = childOf(element, name)?.text.trim()
  return text === '' ? undefined : text
}

function missing (place: string, name: string): Refused {
  return refuse('invalid', 'notice-incomplete', [`FileThongBaoThue: ${place} thiếu ${name}.`, `FileThongBaoThue: ${place} has no ${name}.`])
}
