/** Identity papers and dates of birth by their shape (standards §7.1, §7.6). Nothing is altered, nothing is refused. */
import { toHanoi } from '../../model/dates.js'
import type { Dossier } from '../../model/dossier-types.js'
import { raise, type Finding, type FindingKind } from '../../model/findings.js'

export const IDENTITY_KINDS = {
  citizenId: {
    severity: 'warning',
    code: 'citizen-id-shape',
    message: { vi: 'Số CCCD/số định danh (citizen-id) không có đúng 12 chữ số.', en: 'The number of type citizen-id has not exactly 12 digits.' },
    cure: { vi: 'Giữ số 0 ở đầu (gửi dạng chuỗi); số 9 chữ số là old-citizen-id; giấy tờ khác dùng đúng loại.', en: 'Keep leading zeros (send a string); nine digits are an old-citizen-id; give other papers their own type.' },
    clause: 'standards §7.1; national-portal §2.1.7'
  },
  oldCitizenId: {
    severity: 'warning',
    code: 'old-citizen-id-shape',
    message: { vi: 'Số CMND (old-citizen-id) không có đúng 9 chữ số.', en: 'The number of type old-citizen-id has not exactly 9 digits.' },
    cure: { vi: 'Giữ số 0 ở đầu (gửi dạng chuỗi); CMND 12 chữ số chính là số định danh: dùng citizen-id.', en: 'Keep leading zeros (send a string); an old card of 12 digits bears the personal number: use citizen-id.' },
    clause: 'standards §7.1; national-portal §2.1.7'
  },
  passport: {
    severity: 'warning',
    code: 'passport-shape',
    message: { vi: 'Số hộ chiếu không có từ 5 đến 9 chữ cái và chữ số.', en: 'The passport number has not 5 to 9 letters and digits.' },
    cure: { vi: 'Kiểm tra với hộ chiếu (Việt Nam: một chữ cái và 7 hoặc 8 chữ số), không thêm dấu; giấy tờ khác dùng đúng loại.', en: 'Compare it with the passport (Vietnamese ones: a letter and 7 or 8 digits), without separators; give other papers their own type.' },
    clause: 'standards §7.1'
  },
  recorded: {
    severity: 'warning',
    code: 'identity-number-length',
    message: { vi: 'Số giấy tờ chỉ gồm chữ số nhưng không dài 9, 10, 12 hoặc 13: có thể đã mất số 0 ở đầu.', en: 'The identity number is all digits, but not 9, 10, 12 or 13 of them: a leading zero may be lost.' },
    cure: { vi: 'Lưu và gửi số giấy tờ dạng chuỗi, giữ số 0 ở đầu; kiểm tra với giấy tờ.', en: 'Keep and send identity numbers as strings with their leading zeros; compare it with the paper.' },
    clause: 'standards §7.1, §7.2'
  },
  partialBirth: {
    severity: 'warning',
    code: 'birth-date-partial',
    message: { vi: 'Ngày sinh chỉ có năm hoặc tháng và năm: được giữ đúng như vậy, không tự thêm ngày 01/01.', en: 'The date of birth is a year or a month only: it is kept as it is, no day is made up.' },
    cure: { vi: 'Không cần làm gì nếu giấy tờ chỉ ghi như vậy; nếu biết đủ ngày thì gửi đủ.', en: 'Nothing to do where the paper says no more; send the full date where it is known.' },
    clause: 'standards §7.6'
  },
  impossibleBirth: {
    severity: 'warning',
    code: 'birth-date-impossible',
    message: { vi: 'Ngày sinh không có trong lịch, sau ngày tiếp nhận hồ sơ, hoặc quá {years} năm trước đó.', en: 'The date of birth is in no calendar, after the receipt, or more than {years} years before it.' },
    cure: { vi: 'Kiểm tra với giấy tờ; nếu chỉ biết năm thì chỉ gửi năm.', en: 'Compare it with the paper; where only the year is known, send the year alone.' },
    clause: 'standards §7.6'
  }
} as const satisfies Record<string, FindingKind>

const KINDS = IDENTITY_KINDS

type Identity = NonNullable<Dossier['applicant']['identities']>[number]

/** Tax codes have rules of their own. A passport's number has at most nine places (ICAO 9303-4). */
const SHAPES: Readonly<Partial<Record<Identity['type'], { fits: RegExp, kind: FindingKind }>>> = {
  'citizen-id': { fits: /^\d{12}$/, kind: KINDS.citizenId },
  'old-citizen-id': { fits: /^\d{9}$/, kind: KINDS.oldCitizenId },
  passport: { fits: /^[0-9A-Za-z]{5,9}$/, kind: KINDS.passport }
}

/** 9 old id, 10 and 13 tax code, 12 personal number. Other papers have letters, or any number of digits when declared. */
const RECORDED_LENGTHS = [9, 10, 12, 13]

/** An applicant older than that is a blank of the source system (1900-01-01). */
const OLDEST_YEARS = 120

export function reviewIdentity ({ applicant, receivedAt }: Dossier): Finding[] {
  const { identities = [], birthDate } = applicant
  return [
    ...identities.flatMap(identityShape),
    ...recordedShape(applicant),
    ...(birthDate === undefined ? [] : reviewBirth(birthDate, receivedAt))
  ]
}

function identityShape ({ type, number }: Identity, index: number): Finding[] {
  const shape = SHAPES[type]
  return shape === undefined || shape.fits.test(number) ? [] : [raise(shape.kind, ['applicant', 'identities', index, 'number'])]
}

function recordedShape ({ identityNumber, identities = [] }: Dossier['applicant']): Finding[] {
  const declared = identities.some(({ number }) => number === identityNumber)
  if (identityNumber === undefined || declared || !/^\d+$/.test(identityNumber)) return []
  return RECORDED_LENGTHS.includes(identityNumber.length) ? [] : [raise(KINDS.recorded, ['applicant', 'identityNumber'])]
}

function reviewBirth (birthDate: string, receivedAt: string): Finding[] {
  const path = ['applicant', 'birthDate']
  const received = toHanoi(receivedAt).slice(0, birthDate.length)
  const age = Number(received.slice(0, 4)) - Number(birthDate.slice(0, 4))
  return [
    ...(birthDate.length < '1950-04-20'.length ? [raise(KINDS.partialBirth, path)] : []),
    ...(!isDay(birthDate) || birthDate > received || age > OLDEST_YEARS ? [raise(KINDS.impossibleBirth, path, { years: OLDEST_YEARS })] : [])
  ]
}

/** `1950` and `1950-04` are days enough; `1950-02-30` is none, and `Date` rolls it over or refuses it. */
function isDay (text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`)
  return text.length < 10 || (!Number.isNaN(date.getTime()) && date.toISOString().startsWith(text))
}
