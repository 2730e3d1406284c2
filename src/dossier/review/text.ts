/** Letters that look like Đ and are none (standards §7.5). Names are never altered, so they are told and sent. */
import { raise, type Finding, type FindingKind, type Path } from '../../model/findings.js'

export const TEXT_KINDS = {
  lookAlike: {
    severity: 'warning',
    code: 'letter-look-alike',
    message: { vi: 'Có chữ trông giống Đ/đ nhưng là ký tự khác (U+00D0, U+00F0, U+0189 hoặc U+0256), thường do chuyển mã sai; chữ được giữ nguyên.', en: 'There is a letter that looks like Đ/đ and is another one (U+00D0, U+00F0, U+0189 or U+0256), mostly from a bad conversion; it is kept.' },
    cure: { vi: 'Thay bằng Đ (U+0110) hoặc đ (U+0111) ở hệ thống gửi; giữ nguyên nếu là tên nước ngoài.', en: 'Replace it with Đ (U+0110) or đ (U+0111) at the source; keep it in a foreign name.' },
    clause: 'standards §7.5'
  }
} as const satisfies Record<string, FindingKind>

/** Ð ð of Icelandic, Ɖ ɖ of African languages. Apostrophes of any kind are right in names and are not looked at. */
const LOOK_ALIKE = /[\u00D0\u00F0\u0189\u0256]/

/** Walks a document that is valid, so its depth has a limit. */
export function reviewText (value: unknown, path: Path = []): Finding[] {
  if (typeof value === 'string') return LOOK_ALIKE.test(value) ? [raise(TEXT_KINDS.lookAlike, path)] : []
  if (Array.isArray(value)) return value.flatMap((item, index) => reviewText(item, [...path, index]))
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([name, member]) => name === 'url' ? [] : reviewText(member, [...path, name]))
}
