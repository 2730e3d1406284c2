/** The problems that end a bulk intake, or do not let it begin. */
import { Problem } from '../base/problem.js'

export function bulkJobRunning (seconds: number): Problem {
  return new Problem({
    status: 409,
    code: 'import-running',
    title: 'Lần nạp này đang chạy',
    titleEn: 'This import is running',
    detail: `Một yêu cầu khác cùng khóa đang nạp, hoặc vừa mất kết nối. Gửi lại sau ${seconds} giây; xem tiến độ ở GET /v1/imports/{id}.`,
    detailEn: `Another request with this key is importing, or has just lost its connection. Send again in ${seconds} s; GET /v1/imports/{id} tells how far it is.`,
    headers: { 'retry-after': String(seconds), connection: 'close' }
  })
}

export function bulkJobReused (): Problem {
  return new Problem({
    status: 422,
    code: 'idempotency-key-reused',
    title: 'Khóa đã dùng cho nội dung khác',
    titleEn: 'The key was used for another body',
    detail: 'Phần đầu của tệp khác với những dòng đã nạp dưới khóa này (so bằng SHA-256); không có gì được lưu. Gửi đúng tệp cũ, hoặc dùng khóa mới.',
    detailEn: 'The body does not begin with the lines that were imported under this key (by SHA-256), or goes on after its end; nothing was stored. Send the same body, or use a new key.',
    headers: { connection: 'close' }
  })
}

export function tooManyBulkJobs (limit: number): Problem {
  return new Problem({
    status: 429,
    code: 'too-many-imports',
    title: 'Đang có quá nhiều lần nạp',
    titleEn: 'Too many imports are running',
    detail: `Gateway đang nạp ${limit} tệp cùng lúc; không có gì được lưu. Gửi lại khi một lần nạp đã xong.`,
    detailEn: `The gateway is importing ${limit} bodies at once; nothing was stored. Send again when one of them has ended.`,
    headers: { 'retry-after': '30', connection: 'close' }
  })
}

export function uploadTooLarge (limitMb: number): Problem {
  return new Problem({
    status: 413,
    code: 'import-too-large',
    title: 'Tệp nạp quá lớn',
    titleEn: 'The import is too large',
    detail: `Nội dung sau giải nén dài hơn ${limitMb} MB (IMPORT_MAX_MB). Các dòng đã nạp được giữ nguyên; chia tệp và gửi phần còn lại bằng khóa khác.`,
    detailEn: `The body is longer than ${limitMb} MB, decompressed (IMPORT_MAX_MB). Lines that were imported stay; split the file and send the rest under another key.`,
    headers: { connection: 'close' }
  })
}

export function gzipBroken (): Problem {
  return new Problem({
    status: 400,
    code: 'gzip-broken',
    title: 'Dữ liệu gzip bị hỏng',
    titleEn: 'The gzip data is broken',
    detail: 'Không giải nén được hết, hoặc còn dữ liệu sau phần nén. Các dòng đã nạp được giữ nguyên. Nén lại và gửi lại cả tệp.',
    detailEn: 'It cannot be decompressed to its end, or something follows it. Lines that were imported stay. Compress anew and send the whole file again.',
    headers: { connection: 'close' }
  })
}

export function compressedTooMuch (ratio: number): Problem {
  return new Problem({
    status: 413,
    code: 'compressed-too-much',
    title: 'Tỷ lệ nén bất thường',
    titleEn: 'The compression ratio is suspicious',
    detail: `Nội dung phình ra hơn ${ratio} lần khi giải nén, điều không xảy ra với hồ sơ thật. Nếu dữ liệu đúng, hãy gửi không nén.`,
    detailEn: `The body grows more than ${ratio} times when decompressed, which dossiers do not. If it is right, send it uncompressed.`,
    headers: { connection: 'close' }
  })
}
