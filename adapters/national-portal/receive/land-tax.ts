/** `NhanChungTuThueDat`: proof that a land tax was paid (contract §4.4). Pure. */
import { fromDate14 } from '../../../src/model/dates.js'
import { canonicalJson, isRecord } from '../../../src/model/json.js'
import type { CheckForm, InboundReading } from '../../../src/adapter-kit/contract/receive.js'
import { readForm, refuse, type Body } from './body.js'
import { impossibleAmount, impossibleDate, isAmount, numberAsText } from './values.js'

export const LAND_TAX_SERVICE = 'NhanChungTuThueDat'

interface LandTaxDocument {
  isUpdating: boolean
  data: {
    MaHoSo: string
    ThongTinThanhToan: { MaThongBaoThue: string, ThoiGianThanhToan: string, SoTien: string, TrangThaiThanhToan: number }
  }
}

const PAID = 1
const PLACE = '/data/ThongTinThanhToan'

export function readLandTax (body: Body, check: CheckForm): InboundReading {
  const read = readForm<LandTaxDocument>('land-tax-document', withTextAmount(body), check)
  if ('refusal' in read) return read
  const { isUpdating, data } = read.document
  const { MaThongBaoThue, ThoiGianThanhToan, SoTien, TrangThaiThanhToan } = data.ThongTinThanhToan
  const paidAt = fromDate14(ThoiGianThanhToan)
  if (paidAt === undefined) return impossibleDate(`${PLACE}/ThoiGianThanhToan`)
  if (!isAmount(SoTien)) return impossibleAmount(`${PLACE}/SoTien`)
  // §4.4 lists no other value: what is not known to mean "paid" is no proof of a payment.
  if (TrangThaiThanhToan !== PAID) return refuse('invalid', 'payment-status-unknown', [`${PLACE}/TrangThaiThanhToan: chỉ nhận 1 (đã nộp).`, `${PLACE}/TrangThaiThanhToan: only 1 (paid) is known.`])
  return {
    message: {
      // A notice may be paid in parts (inferred): the time tells them apart.
      key: [LAND_TAX_SERVICE, data.MaHoSo, MaThongBaoThue, ThoiGianThanhToan].join('/'),
      update: isUpdating,
      sameness: canonicalJson(data),
      items: [{
        event: 'tax.payment',
        dossierCode: data.MaHoSo,
        mustBeKnown: true,
        facts: { taxNotice: MaThongBaoThue, amount: SoTien, currency: 'VND', paidAt }
      }]
    }
  }
}

function withTextAmount (body: Body): Body {
  const { data } = body
  if (!isRecord(data) || !isRecord(data['ThongTinThanhToan'])) return body
  const payment = data['ThongTinThanhToan']
  return { ...body, data: { ...data, ThongTinThanhToan: { ...payment, SoTien: numberAsText(payment['SoTien']) } } }
}
