/** Codes in their notations (national-portal §5, standards §1.2, §1.5, §5.1), and the account that is no identity. */
import { agencyOfDossier, agencySegments, dossierNotation } from '../../model/codes.js'
import type { Dossier } from '../../model/dossier-types.js'
import { raise, type Finding, type FindingKind } from '../../model/findings.js'

export const CODE_KINDS = {
  dossier: {
    severity: 'warning',
    code: 'dossier-code-notation',
    message: { vi: 'Mã hồ sơ không theo dạng quen thuộc (000.00.14.H45-261104-0001 hoặc H15.18-20261104-0000001); vẫn nhận và giữ nguyên.', en: 'The dossier code is in none of the known notations (000.00.14.H45-261104-0001 or H15.18-20261104-0000001); it is taken as it is.' },
    cure: { vi: 'Kiểm tra mã; hồ sơ từ VNeID hoặc bộ, ngành có mã riêng thì giữ nguyên.', en: 'Check the code; dossiers of VNeID and of ministries have codes of their own: keep those.' },
    clause: 'national-portal §5; standards §1.2'
  },
  agency: {
    severity: 'warning',
    code: 'agency-code-differs',
    message: { vi: 'Đơn vị trong mã hồ sơ khác agency.code.', en: 'The agency in the dossier code differs from agency.code.' },
    cure: { vi: 'Kiểm tra agency.code. Không cần làm gì nếu một đơn vị tiếp nhận và đơn vị khác xử lý, hoặc đơn vị đã sáp nhập.', en: 'Check agency.code. Nothing to do where one agency receives and another handles, or after a merger.' },
    clause: 'standards §0.2, §1.2, §5.1'
  },
  field: {
    severity: 'warning',
    code: 'field-code-notation',
    message: { vi: 'Mã lĩnh vực không theo dạng G03-GD10 (bộ quản lý - lĩnh vực).', en: 'The field code has no form like G03-GD10 (ministry - field).' },
    cure: { vi: 'Dùng mã lĩnh vực quốc gia của thủ tục (MALINHVUC); mã riêng của tỉnh cần một dòng trong bảng mã field.', en: 'Use the procedure\'s national field code (MALINHVUC); a code of the province\'s own needs a row in the code table field.' },
    clause: 'national-portal §5; standards §1.5'
  },
  account: {
    severity: 'warning',
    code: 'account-id-looks-like-identity',
    message: { vi: 'accountId là TechID của tài khoản Cổng DVCQG, không phải số CCCD/CMND.', en: 'accountId is the TechID of an account at the national portal, not an identity number.' },
    cure: { vi: 'Hãy bỏ trống nếu chưa tra cứu được TechID.', en: 'Leave it out if it is not known.' },
    clause: 'national-portal §2.10, §6 (19)'
  }
} as const satisfies Record<string, FindingKind>

const KINDS = CODE_KINDS

const FIELD = /^[A-Z]\d{2}-[0-9A-Z]+$/

export function reviewCodes ({ code, agency, field }: Dossier): Finding[] {
  return [
    ...(dossierNotation(code) === 'other' ? [raise(KINDS.dossier, ['code'])] : []),
    ...(isOtherAgency(agencyOfDossier(code), agency.code) ? [raise(KINDS.agency, ['agency', 'code'])] : []),
    ...(FIELD.test(field.code) ? [] : [raise(KINDS.field, ['field', 'code'])])
  ]
}

/** Compared by segments, for the two codes may be in different notations. Above or below one another is no difference. */
function isOtherAgency (inDossier: string | undefined, code: string): boolean {
  const [one, other] = [agencySegments(inDossier ?? ''), agencySegments(code)]
  if (one === undefined || other === undefined) return false
  return one.slice(0, other.length).join() !== other.slice(0, one.length).join()
}

/** The national account id is not an identity number; one client mixes them up. */
export function reviewAccount ({ applicant }: Dossier): Finding[] {
  return /^(\d{9}|\d{12})$/.test(applicant.accountId ?? '') ? [raise(KINDS.account, ['applicant', 'accountId'])] : []
}
