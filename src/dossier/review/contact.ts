/** Phone numbers and e-mail addresses by their shape (standards §7.3). Sent as they are; never repeated in a text. */
import type { Dossier } from '../../model/dossier-types.js'
import { raise, type Finding, type FindingKind } from '../../model/findings.js'

export const CONTACT_KINDS = {
  phone: {
    severity: 'warning',
    code: 'phone-shape',
    message: { vi: 'Số điện thoại không theo dạng di động, cố định hay quốc tế nào.', en: 'The phone number has no form of a mobile, a landline or an international number.' },
    cure: { vi: 'Ghi một số: di động 10 chữ số bắt đầu 03, 05, 07, 08, 09; cố định 02 và 9 chữ số; số nước ngoài bắt đầu +. Bỏ trống nếu không có.', en: 'Give one number: a mobile has 10 digits from 03, 05, 07, 08 or 09, a landline 02 and 9 digits, a foreign one begins with +. Leave it out if there is none.' },
    clause: 'standards §7.3'
  },
  oldMobile: {
    severity: 'warning',
    code: 'phone-old-mobile',
    message: { vi: 'Số di động 11 chữ số (đầu 01) đã đổi đầu số từ năm 2018: không gọi được.', en: 'Mobile numbers of 11 digits (beginning with 01) were replaced in 2018: it cannot be called.' },
    cure: { vi: 'Đổi sang số 10 chữ số theo bảng chuyển đổi đầu số 2018, hoặc hỏi lại người dân.', en: 'Convert it to 10 digits by the table of 2018, or ask the applicant.' },
    clause: 'standards §7.3'
  },
  email: {
    severity: 'warning',
    code: 'email-shape',
    message: { vi: 'Thư điện tử không có dạng ten@ten-mien.', en: 'The e-mail address has no form like name@domain.' },
    cure: { vi: 'Sửa địa chỉ; bỏ trống nếu không có.', en: 'Correct it; leave it out if there is none.' },
    clause: 'standards §7.3'
  }
} as const satisfies Record<string, FindingKind>

const KINDS = CONTACT_KINDS

const SEPARATORS = /[\s.()-]/g
/** `+84`, `84` and `0084` stand for the leading zero; whoever writes `84` wrote nine or ten digits after it. */
const COUNTRY = /^(?:\+84|0084|84(?=\d{9,10}$))0?/
const MOBILE = /^0[35789]\d{8}$/
const LANDLINE = /^02\d{9}$/
const HOTLINE = /^1[89]00\d{4,6}$/
const FOREIGN = /^(?:\+|00)[1-9]\d{6,14}$/
const OLD_MOBILE = /^01[2689]\d{8}$/

export function reviewContact ({ applicant: { phone, email } }: Dossier): Finding[] {
  return [...reviewPhone(phone), ...reviewEmail(email)]
}

/** An empty text says that there is none. */
function reviewPhone (phone = ''): Finding[] {
  const number = phone.replace(SEPARATORS, '').replace(COUNTRY, '0')
  if (number === '' || [MOBILE, LANDLINE, HOTLINE, FOREIGN].some(shape => shape.test(number))) return []
  return [raise(OLD_MOBILE.test(number) ? KINDS.oldMobile : KINDS.phone, ['applicant', 'phone'])]
}

function reviewEmail (email = ''): Finding[] {
  return email === '' || /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(email) ? [] : [raise(KINDS.email, ['applicant', 'email'])]
}
