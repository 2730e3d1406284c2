/** Tax codes, which are enterprise codes too (standards §7.2). */
import type { Dossier } from '../../model/dossier-types.js'
import { raise, type Finding, type FindingKind, type Path } from '../../model/findings.js'
import { hanoiDay } from './times.js'

export const TAX_CODE_KINDS = {
  shape: {
    severity: 'warning',
    code: 'tax-code-shape',
    message: { vi: 'Mã số thuế không có 10 chữ số, 13 chữ số (đơn vị phụ thuộc, có thể viết 10-3), hoặc 12 chữ số của số định danh (chỉ từ 01/07/2025).', en: 'The tax code has not 10 digits, 13 (a dependent unit, also written 10-3), or the 12 of a personal number (only since 2025-07-01).' },
    cure: { vi: 'Giữ số 0 ở đầu (gửi dạng chuỗi), bỏ khoảng trắng và dấu chấm; kiểm tra với giấy chứng nhận.', en: 'Keep leading zeros (send a string), without blanks and dots; compare it with the certificate.' },
    clause: 'standards §7.2; TT 86/2024/TT-BTC'
  },
  checkDigit: {
    severity: 'warning',
    code: 'tax-code-check-digit',
    message: { vi: 'Chữ số thứ 10 của mã số thuế không đúng với chín chữ số đầu: có thể gõ nhầm.', en: 'The tenth digit of the tax code does not go with the first nine: it may be mistyped.' },
    cure: { vi: 'Kiểm tra với giấy chứng nhận đăng ký; nếu đúng như giấy tờ thì giữ nguyên.', en: 'Compare it with the registration certificate; if it is what that says, keep it.' },
    clause: 'standards §7.2'
  },
  uncheckable: {
    severity: 'warning',
    code: 'tax-code-uncheckable',
    message: { vi: 'Không kiểm tra được chữ số thứ 10 của mã số thuế: phép tính cho số dư 10, và các phần mềm hiểu khác nhau.', en: 'The tenth digit of the tax code cannot be checked: the sum comes to 10, which systems read differently.' },
    cure: { vi: 'So với giấy chứng nhận đăng ký; một số hệ thống có thể không nhận mã này.', en: 'Compare it with the registration certificate; some systems may not take this code.' },
    clause: 'standards §7.2'
  }
} as const satisfies Record<string, FindingKind>

const KINDS = TAX_CODE_KINDS

const ENTERPRISE = /^\d{10}(-?\d{3})?$/
const PERSONAL = /^\d{12}$/
/** Thông tư 86/2024/TT-BTC: from this day the personal number is a person's and a household business's tax code. */
const PERSONAL_SINCE = '2025-07-01'

export function reviewTaxCodes ({ applicant, receivedAt }: Dossier): Finding[] {
  const { identities = [], identityNumber = '' } = applicant
  const declared = identities.flatMap(({ type, number }, index) =>
    type === 'tax-code' ? reviewDeclared({ number, path: ['applicant', 'identities', index, 'number'] }, hanoiDay(receivedAt)) : [])
  // Nothing else that is recorded on a dossier has ten or thirteen digits.
  const recorded = ENTERPRISE.test(identityNumber) && !identities.some(({ number }) => number === identityNumber)
  return [...declared, ...(recorded ? reviewCheckDigit(identityNumber, ['applicant', 'identityNumber']) : [])]
}

function reviewDeclared ({ number, path }: { number: string, path: Path }, day: string): Finding[] {
  if (ENTERPRISE.test(number)) return reviewCheckDigit(number, path)
  return PERSONAL.test(number) && day >= PERSONAL_SINCE ? [] : [raise(KINDS.shape, path)]
}

const WEIGHTS = [31, 29, 23, 19, 17, 13, 7, 5, 3]

/** 10 − (Σ digit × weight mod 11). The three digits of a dependent unit have no check digit. */
function reviewCheckDigit (code: string, path: Path): Finding[] {
  const sum = WEIGHTS.reduce((sum, weight, index) => sum + weight * Number(code[index]), 0)
  const expected = 10 - sum % 11
  if (expected === 10) return [raise(KINDS.uncheckable, path)]
  return expected === Number(code[9]) ? [] : [raise(KINDS.checkDigit, path)]
}
