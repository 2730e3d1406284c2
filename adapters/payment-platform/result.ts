/** CONFIRM: the platform says what became of a payment (national-portal §4.5). */
import { fromDate14 } from '../../src/model/dates.js'
import { isRecord } from '../../src/model/json.js'
import { present } from '../../src/model/present.js'
import { hasJoinedMac, sameText } from '../../src/adapter-kit/mac.js'
import type { CheckForm, InboundMessage, InboundOutcome, InboundReading, InboundRefusal, InboundRequest, ReceiveOperation, WireReply } from '../../src/adapter-kit/contract/receive.js'
import { inWords, MALFORMED, readBody, reasonOf } from './body.js'
import { listSetting, textSetting } from './settings.js'
import { SIGNED } from './signing.js'
import type { Settings } from '../../src/adapter-kit/contract/open.js'

export const paymentResult: ReceiveOperation = { read, answer }

/** As schema/inbound/confirm.json has it. */
interface Confirm {
  LoaiBanTin: string
  MaLoi: string
  MaDoiTac: string
  MaThamChieu: string
  SoTien: number
  MaTienTe: string
  MaGiaoDich: string
  MaNganHang: string
  ThoiGianGD: string
  MaXacThuc: string
}

/** Other codes are not listed anywhere: whatever is not this one is a payment that failed. */
const PAID = '00'

function read (request: InboundRequest, settings: Settings, check: CheckForm): InboundReading {
  const body = readBody(request.body)
  if (body === undefined) return { refusal: MALFORMED }
  // The form first: a hash covers members that are there. It is the contract's own, and tells a stranger nothing of ours.
  const refusal = check('confirm', body) ?? stranger(body as Confirm, settings) ?? impossible(body as Confirm, { settings, receivedAt: request.receivedAt })
  return refusal === undefined ? { message: messageOf(body as Confirm) } : { refusal }
}

/** A false hash that is let through lets anyone mark a fee as paid (pitfall 45). */
function stranger (confirm: Confirm, settings: Settings): InboundRefusal | undefined {
  if (!sameText(confirm.MaDoiTac, textSetting(settings, 'PARTNER_CODE'))) {
    return { reason: 'unauthenticated', code: 'partner-differs', message: { vi: 'MaDoiTac không phải của đơn vị này.', en: 'MaDoiTac is not ours.' } }
  }
  const { MaXacThuc, ...signed } = confirm
  if (hasJoinedMac(signed, MaXacThuc, { fields: SIGNED.CONFIRM, secret: textSetting(settings, 'SECRET') })) return undefined
  return { reason: 'unauthenticated', code: 'mac-differs', message: { vi: 'MaXacThuc không khớp với nội dung.', en: 'MaXacThuc does not fit the message.' } }
}

interface Circumstances {
  settings: Settings
  receivedAt: Date
}

function impossible (confirm: Confirm, { settings, receivedAt }: Circumstances): InboundRefusal | undefined {
  if (!listSetting(settings, 'MESSAGE_TYPES').includes(confirm.LoaiBanTin)) {
    return invalid('message-type', { vi: 'LoaiBanTin không phải bản tin kết quả thanh toán.', en: 'LoaiBanTin is not that of a payment result.' })
  }
  if (!listSetting(settings, 'CURRENCIES').includes(confirm.MaTienTe)) {
    return invalid('currency-not-accepted', { vi: 'Không nhận loại tiền này.', en: 'This currency is not accepted.' })
  }
  const at = fromDate14(confirm.ThoiGianGD)
  if (at === undefined) return invalid('no-such-time', { vi: 'ThoiGianGD không phải một thời điểm có thật.', en: 'ThoiGianGD is no time that there is.' })
  const window = Number(settings['TIME_WINDOW_MINUTES'])
  if (window === 0 || Math.abs(receivedAt.getTime() - Date.parse(at)) <= window * 60_000) return undefined
  return invalid('time-outside-window', { vi: 'ThoiGianGD cách hiện tại quá xa.', en: 'ThoiGianGD is too far from now.' })
}

function invalid (code: string, message: InboundRefusal['message']): InboundRefusal {
  return { reason: 'invalid', code, message }
}

/**
 * A result is one outcome of one transaction for one reference: a failed try and the paid one after it are two messages. Sent
 * again with the same amount it is a duplicate, whatever else of it is written otherwise; with another it contradicts itself.
 * No signed text has a `|` in it.
 */
function messageOf (confirm: Confirm): InboundMessage {
  const { MaThamChieu: reference, MaGiaoDich: transactionId, MaTienTe: currency, MaLoi, MaNganHang } = confirm
  const amount = String(confirm.SoTien)
  const paid = MaLoi === PAID
  const transactionAt = fromDate14(confirm.ThoiGianGD)
  return {
    key: [reference, transactionId, MaLoi].join('|'),
    sameness: [amount, currency].join('|'),
    items: [{
      event: paid ? 'payment.confirmed' : 'payment.failed',
      // None is named: the reference was asked for on behalf of one.
      dossierCode: '',
      mustBeKnown: false,
      facts: { reference, amount, currency, transaction: transactionId, transactionAt: transactionAt ?? '', bank: MaNganHang, code: MaLoi },
      payment: { reference, amount, currency, transactionId, ...present({ transactionAt }), paid }
    }]
  }
}

/**
 * One form for every outcome, our own failures included (pitfall 48). 00 also for a result that is known: whoever repeats
 * himself is to stop, and 99 might have the platform give the money back.
 */
function answer (request: InboundRequest, outcome: InboundOutcome): WireReply {
  const reason = reasonOf(outcome)
  const taken = outcome.result === 'accepted' || outcome.result === 'duplicate'
  const told = echo(readBody(request.body))
  return {
    status: 200,
    body: {
      MaLoi: taken ? PAID : '99',
      MoTaLoi: reason === undefined ? '' : inWords(reason),
      MaDoiTac: told('MaDoiTac'),
      MaThamChieu: told('MaThamChieu'),
      ThoiGianGD: told('ThoiGianGD'),
      // Known clients repeat the hash that they received; nobody knows what an own one would cover.
      MaXacThuc: told('MaXacThuc')
    }
  }
}

/** Members of what came, or nothing where they cannot be read. */
function echo (body: unknown): (name: string) => string {
  return name => {
    const value = isRecord(body) && Object.hasOwn(body, name) ? body[name] : undefined
    return typeof value === 'string' && value.length <= 255 ? value : ''
  }
}
