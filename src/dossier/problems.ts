/** The problems intake answers with. Titles and details in Vietnamese first; codes are stable. */
import type { Finding } from '../model/findings.js'
import { Problem, type ProblemItem } from '../base/problem.js'

/** A finding that refuses the document, as the problem lists it. */
export function asItem ({ severity: _, adapter: __, ...item }: Finding): ProblemItem {
  return item
}

export function invalidDocument (errors: readonly ProblemItem[]): Problem {
  return new Problem({
    status: 422,
    code: 'invalid-document',
    title: 'Dữ liệu không hợp lệ',
    titleEn: 'The document is not valid',
    detail: `Có ${errors.length} lỗi; không có gì được lưu. Sửa các trường nêu trong "errors" rồi gửi lại.`,
    detailEn: `${errors.length} errors; nothing was stored. Mend the fields named in "errors" and send again.`,
    errors
  })
}

export function tooManyValues (limit: number): Problem {
  return new Problem({
    status: 422,
    code: 'too-many-values',
    title: 'Hồ sơ có quá nhiều giá trị',
    titleEn: 'The document has too many values',
    detail: `Nội dung có hơn ${limit} giá trị; không có gì được lưu. Kiểm tra danh sách bị lặp ở hệ thống gửi.`,
    detailEn: `The document has more than ${limit} values; nothing was stored. Look for repeated lists at the source.`
  })
}

export function staleRevision (stored: string, given: number): Problem {
  return conflict('stale-revision', {
    title: 'Phiên bản cũ',
    titleEn: 'Stale revision',
    detail: `Đã có sourceVersion ${stored}, mới hơn ${given} vừa gửi; không có gì thay đổi. Gửi trạng thái mới nhất của hồ sơ.`,
    detailEn: `sourceVersion ${stored} is stored, newer than ${given}; nothing changed. Send the dossier's newest state.`
  })
}

export function sourceVersionReused (given: number): Problem {
  return conflict('source-version-reused', {
    title: 'sourceVersion đã dùng cho nội dung khác',
    titleEn: 'sourceVersion was used for other content',
    detail: `sourceVersion ${given} đã được gửi với nội dung khác. Tăng sourceVersion mỗi khi hồ sơ thay đổi.`,
    detailEn: `sourceVersion ${given} was sent with other content. Raise sourceVersion with every change.`
  })
}

export function originTaken (): Problem {
  return conflict('origin-taken', {
    title: 'Hồ sơ quốc gia đã có hồ sơ khác ở đây',
    titleEn: 'The national dossier has another dossier here',
    detail: 'Một hồ sơ khác đã được gửi với cùng origin; không có gì được lưu. Gửi tiếp dưới mã hồ sơ đó, hoặc sửa origin.code.',
    detailEn: 'Another dossier was pushed with the same origin; nothing was stored. Go on under that dossier\'s code, or mend origin.code.'
  })
}

export function stepChanged (errors: readonly ProblemItem[]): Problem {
  return conflict('step-changed', {
    title: 'Bước xử lý đã gửi không được sửa',
    titleEn: 'A step that was sent cannot change',
    detail: 'Các bước xử lý chỉ được thêm, không được sửa. Gửi bước mới với mã mới để đính chính.',
    detailEn: 'Steps are only added, never changed. Send a new step with a new id to correct one.'
  }, { errors })
}

export function keyInFlight (): Problem {
  return conflict('idempotency-key-in-flight', {
    title: 'Yêu cầu cùng khóa đang được xử lý',
    titleEn: 'A request with this key is being worked on',
    detail: 'Yêu cầu đầu tiên với Idempotency-Key này chưa xong. Gửi lại y nguyên sau vài giây.',
    detailEn: 'The first request with this Idempotency-Key has not ended. Send the same again in a few seconds.'
  }, { headers: { 'retry-after': '2' } })
}

export function keyReused (): Problem {
  return new Problem({
    status: 422,
    code: 'idempotency-key-reused',
    title: 'Idempotency-Key đã dùng cho nội dung khác',
    titleEn: 'The Idempotency-Key was used for another body',
    detail: 'Khóa này đã được dùng với nội dung khác; không có gì được lưu. Mỗi yêu cầu mới cần một khóa mới.',
    detailEn: 'This key was used with another body; nothing was stored. Each new request needs a new key.'
  })
}

export function dossierNotFound (): Problem {
  return new Problem({
    status: 404,
    code: 'dossier-not-found',
    title: 'Không tìm thấy hồ sơ',
    titleEn: 'Dossier not found',
    detail: 'Hệ thống chưa nhận hồ sơ nào có mã này. Kiểm tra mã, hoặc gửi hồ sơ trước (POST /v1/dossiers).',
    detailEn: 'No dossier with this code was pushed. Check the code, or push the dossier first (POST /v1/dossiers).'
  })
}

export function noAdapters (): Problem {
  return new Problem({
    status: 503,
    code: 'no-adapters',
    title: 'Chưa cấu hình nơi nhận',
    titleEn: 'No destination is configured',
    detail: 'Hệ thống chưa có bộ kết nối nào (biến ADAPTERS); hồ sơ không được nhận để không bị bỏ sót. Báo cho người vận hành.',
    detailEn: 'The gateway has no adapter (setting ADAPTERS); nothing is accepted, so that nothing is lost. Tell the operators.'
  })
}

type Texts = Pick<Problem['options'], 'title' | 'titleEn' | 'detail' | 'detailEn'>

function conflict (code: string, texts: Texts, more: Pick<Problem['options'], 'errors' | 'headers'> = {}): Problem {
  return new Problem({ status: 409, code, ...texts, ...more })
}
