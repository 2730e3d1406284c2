/** Notices of sales promotions, and their amendments (contract §4.2, §4.3). The province opens the dossier under a code of its own. Pure. */
import { canonicalJson } from '../../../src/model/json.js'
import type { CheckForm, InboundReading } from '../../../src/adapter-kit/contract/receive.js'
import { isBase64 } from '../../../src/model/text.js'
import { readForm, refuse, type Body } from './body.js'

interface PromotionNotice {
  MaHoSo: string
  MaTTHC: string
  TepDonDangKy?: string
  TaiLieuNop?: Array<{ Base64: string }>
}

interface PromotionAmendment {
  isUpdating: boolean
  data: { MaHoSoQG: string, MaTTHC: string, ThongTinDaNop?: { MaHoSoQGDNP?: string } }
}

export function readPromotionNotice (body: Body, check: CheckForm): InboundReading {
  const read = readForm<PromotionNotice>('promotion-notice', body, check)
  if ('refusal' in read) return read
  const { MaHoSo, MaTTHC, TepDonDangKy = '', TaiLieuNop = [] } = read.document
  const files = TaiLieuNop.map(({ Base64 }, index) => ({ place: `/TaiLieuNop/${index}/Base64`, text: Base64 }))
  // The form itself may be among the papers.
  if (TepDonDangKy !== '') files.push({ place: '/TepDonDangKy', text: TepDonDangKy })
  const broken = files.find(({ text }) => text === '' || !isBase64(text))
  if (broken !== undefined) return refuse('invalid', 'file-broken', [`${broken.place}: tệp rỗng hoặc không phải base64.`, `${broken.place}: the file is empty or no base64.`])
  return {
    message: {
      key: MaHoSo,
      sameness: canonicalJson(body),
      items: [{ event: 'promotion.received', dossierCode: MaHoSo, mustBeKnown: false, facts: { procedure: MaTTHC, files: String(files.length) } }]
    }
  }
}

/** §4.3: `isUpdating` replaces what was said before under the code. */
export function readPromotionAmendment (body: Body, check: CheckForm): InboundReading {
  const read = readForm<PromotionAmendment>('promotion-amendment', body, check)
  if ('refusal' in read) return read
  const { isUpdating, data } = read.document
  const amended = data.ThongTinDaNop?.MaHoSoQGDNP
  return {
    message: {
      key: `amendment/${data.MaHoSoQG}`,
      update: isUpdating,
      sameness: canonicalJson(data),
      items: [{
        event: 'promotion.amended',
        dossierCode: data.MaHoSoQG,
        mustBeKnown: false,
        facts: { procedure: data.MaTTHC, ...(amended === undefined || amended === '' ? {} : { amends: amended }) }
      }]
    }
  }
}
