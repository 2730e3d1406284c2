/** Notices of sales promotions, and their amendments (contract §4.2, §4.3). The province opens the dossier under a code of its own. Pure. */
import { canonicalJson } from '../../../src/adapter-kit/json.js'
import type { CheckForm, InboundReading } from '../../../src/adapter-kit/receiving.js'
import { refuse, type Body } from './body.js'

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
  const refusal = check('promotion-notice', body)
  if (refusal !== undefined) return { refusal }
  const notice = body as unknown as PromotionNotice
  const { MaHoSo, MaTTHC, TepDonDangKy, TaiLieuNop = [] } = notice
  const files = [TepDonDangKy, ...TaiLieuNop.map(({ Base64 }) => Base64)].filter(file => file !== undefined && file !== '')
  const broken = TaiLieuNop.findIndex(({ Base64 }) => Base64 === '')
  if (broken >= 0) return refuse('invalid', 'file-empty', [`/TaiLieuNop/${broken}/Base64: tệp rỗng.`, `/TaiLieuNop/${broken}/Base64: the file is empty.`])
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
  const refusal = check('promotion-amendment', body)
  if (refusal !== undefined) return { refusal }
  const { isUpdating, data } = body as unknown as PromotionAmendment
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
