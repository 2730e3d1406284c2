/**
 * Hints in the twelve digits of a personal number: province, century and sex, year of birth (standards §7.1).
 * Warnings only: sex or date may have been corrected by law, and the number stays. It has no check digit.
 */
import type { Dossier } from '../../model/dossier-types.js'
import { raise, type Finding, type FindingKind, type Path } from '../../model/findings.js'
import { BIRTH_PROVINCES, FIRST_COUNTRY } from './birth-provinces.js'
import { hanoiDay } from './times.js'

export const PERSONAL_NUMBER_KINDS = {
  province: {
    severity: 'warning',
    code: 'personal-number-province',
    message: { vi: 'Ba chữ số đầu của số định danh không phải mã nơi đăng ký khai sinh nào có hiệu lực vào năm sinh đó.', en: 'The first three digits of the personal number are no place where a birth of that year was registered.' },
    cure: { vi: 'Kiểm tra số định danh với giấy tờ; nếu đúng như giấy tờ thì giữ nguyên.', en: 'Compare the number with the paper; if it is what the paper says, keep it.' },
    clause: 'standards §7.1'
  },
  sex: {
    severity: 'warning',
    code: 'personal-number-sex',
    message: { vi: 'Giới tính trong số định danh khác trường sex.', en: 'The sex in the personal number differs from the member sex.' },
    cure: { vi: 'Kiểm tra cả hai; nếu giới tính đã được cải chính thì giữ nguyên.', en: 'Check both; keep them where the sex was corrected by law.' },
    clause: 'standards §7.1'
  },
  birthYear: {
    severity: 'warning',
    code: 'personal-number-birth-year',
    message: { vi: 'Năm sinh trong số định danh khác birthDate, hoặc sau năm tiếp nhận hồ sơ.', en: 'The year of birth in the personal number differs from birthDate, or lies after the year of receipt.' },
    cure: { vi: 'Kiểm tra cả hai; nếu ngày sinh đã được cải chính thì giữ nguyên.', en: 'Check both; keep them where the date was corrected by law.' },
    clause: 'standards §7.1'
  }
} as const satisfies Record<string, FindingKind>

const KINDS = PERSONAL_NUMBER_KINDS

interface PersonalNumber {
  number: string
  path: Path
}

export function reviewPersonalNumbers (dossier: Dossier): Finding[] {
  const receiptYear = Number(hanoiDay(dossier.receivedAt).slice(0, 4))
  return personalNumbers(dossier.applicant).flatMap(({ number, path }) => [
    ...(isKnownPlace(number) ? [] : [raise(KINDS.province, path)]),
    ...(contradictsSex(number, dossier.applicant) ? [raise(KINDS.sex, path)] : []),
    ...(contradictsBirth(number, dossier.applicant, receiptYear) ? [raise(KINDS.birthYear, path)] : [])
  ])
}

/** Each once, wherever it is declared: since 2025-07-01 it is a person's tax code too (thông tư 86/2024/TT-BTC). */
function personalNumbers ({ identityNumber, identities = [] }: Dossier['applicant']): PersonalNumber[] {
  const declared = identities.flatMap(({ type, number }, index) =>
    type === 'citizen-id' || type === 'tax-code' ? [{ number, path: ['applicant', 'identities', index, 'number'] }] : [])
  const recorded = identityNumber === undefined ? [] : [{ number: identityNumber, path: ['applicant', 'identityNumber'] }]
  const all = [...declared, ...recorded].filter(({ number }) => /^\d{12}$/.test(number))
  return all.filter(({ number }, index) => all.findIndex(other => other.number === number) === index)
}

function isKnownPlace (number: string): boolean {
  const code = number.slice(0, 3)
  const until = BIRTH_PROVINCES[code]?.until ?? Infinity
  return code >= FIRST_COUNTRY || (code in BIRTH_PROVINCES && birthYear(number) <= until)
}

function contradictsSex (number: string, { sex }: Dossier['applicant']): boolean {
  const inNumber = Number(number[3]) % 2 === 0 ? 'male' : 'female'
  return (sex === 'male' || sex === 'female') && sex !== inNumber
}

function contradictsBirth (number: string, { birthDate }: Dossier['applicant'], receiptYear: number): boolean {
  const year = birthYear(number)
  return year > receiptYear || (birthDate !== undefined && Number(birthDate.slice(0, 4)) !== year)
}

/** Digit 4: 0 and 1 for the 1900s, 2 and 3 for the 2000s, and so on; digits 5 and 6: the year. */
function birthYear (number: string): number {
  return 1900 + 100 * Math.floor(Number(number[3]) / 2) + Number(number.slice(4, 6))
}
