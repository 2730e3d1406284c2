/** The problems that uploads and downloads answer with. A file's name is never repeated: it may be a person's. */
import { present } from '../model/present.js'
import { Problem } from '../base/problem.js'
import { FILE_TYPES } from './types.js'

interface Texts {
  title: readonly [vi: string, en: string]
  detail: readonly [vi: string, en: string]
  headers?: Readonly<Record<string, string>>
}

function problem (status: number, code: string, { title: [title, titleEn], detail: [detail, detailEn], headers }: Texts): Problem {
  return new Problem({ status, code, title, titleEn, detail, detailEn, ...present({ headers }) })
}

export function fileTooLarge (maxBytes: number): Problem {
  const megabytes = maxBytes / 1024 ** 2
  return problem(413, 'file-too-large', {
    title: ['Tệp quá lớn', 'The file is too large'],
    detail: [`Tệp vượt quá ${megabytes} MB; không có gì được lưu. Giảm dung lượng (quét ở độ phân giải thấp hơn, chia tệp), hoặc nhờ người vận hành nâng FILES_MAX_MB.`, `The file is larger than ${megabytes} MB; nothing was stored. Make it smaller (scan at a lower resolution, split it), or ask the operators to raise FILES_MAX_MB.`]
  })
}

export function fileEmpty (): Problem {
  return problem(422, 'file-empty', {
    title: ['Tệp rỗng', 'The file is empty'],
    detail: ['Tệp không có nội dung; không có gì được lưu. Gửi nội dung tệp làm thân yêu cầu.', 'The file has no content; nothing was stored. Send its content as the request\'s body.']
  })
}

export function fileNameInvalid (): Problem {
  return problem(422, 'file-name-invalid', {
    title: ['Tên tệp không hợp lệ', 'The file\'s name is not valid'],
    detail: ['Cần tên tệp có phần mở rộng, tối đa 255 byte, không có đường dẫn (/ \\), ký tự điều khiển hay : * ? " < > |; không có gì được lưu. Gửi trong ?name=… (mã hóa URL, UTF-8) hoặc Content-Disposition.', 'A file name with an extension is needed, at most 255 bytes, without a path (/ \\), control characters or : * ? " < > |; nothing was stored. Send it as ?name=… (URL-encoded UTF-8) or in Content-Disposition.']
  })
}

export function fileTypeNotAllowed (allowed: readonly string[]): Problem {
  const types = FILE_TYPES.filter(({ id }) => allowed.includes(id)).map(({ mediaType, extensions }) => `${extensions.map(extension => `.${extension}`).join(' ')} (${mediaType})`).join(', ')
  return problem(415, 'file-type-not-allowed', {
    title: ['Loại tệp không được nhận', 'This type of file is not taken'],
    detail: [`Content-Type và phần mở rộng của tên phải cùng chỉ một loại được nhận: ${types}. Không có gì được lưu. Chuyển tệp sang một loại đó, hoặc nhờ người vận hành xem FILES_TYPES.`, `Content-Type and the name's extension must both say one of the types that are taken: ${types}. Nothing was stored. Convert the file, or ask the operators about FILES_TYPES.`]
  })
}

export function fileContentMismatch (declared: string): Problem {
  return problem(422, 'file-content-mismatch', {
    title: ['Nội dung không đúng loại tệp đã khai', 'The content is not of the declared type'],
    detail: [`Các byte của tệp không phải của loại ${declared}; không có gì được lưu. Kiểm tra tệp ở nguồn: có thể đã hỏng, bị mã hóa base64, hoặc bị đổi phần mở rộng.`, `The file's bytes are not those of ${declared}; nothing was stored. Look at the file at its source: it may be damaged, in base64, or renamed.`]
  })
}

export function fileDigestMismatch (): Problem {
  return problem(422, 'file-digest-mismatch', {
    title: ['Nội dung không khớp sha256', 'The content does not match sha256'],
    detail: ['SHA-256 của nội dung nhận được khác tham số sha256; không có gì được lưu. Gửi lại; nếu vẫn sai, tính lại SHA-256 trên đúng các byte đã gửi.', 'The SHA-256 of what arrived is not that of the parameter sha256; nothing was stored. Send it again; if it stays, compute the SHA-256 over the very bytes you send.']
  })
}

/** The client left, sent nothing for too long, or the process stops. */
export function uploadBrokenOff (status: 400 | 408 | 503): Problem {
  return problem(status, 'upload-broken-off', {
    title: ['Việc tải lên bị ngắt giữa chừng', 'The upload broke off'],
    detail: ['Không có gì được lưu. Gửi lại cả tệp.', 'Nothing was stored. Send the whole file again.'],
    headers: { connection: 'close', ...(status === 503 ? { 'retry-after': '30' } : {}) }
  })
}

export function fileStorageFull (): Problem {
  return problem(503, 'files-full', {
    title: ['Ổ đĩa chứa tệp đã đầy', 'The disk of the files is full'],
    detail: ['Không có gì được lưu. Gửi lại cả tệp sau. Người vận hành: giải phóng ổ đĩa của FILES_DIR.', 'Nothing was stored. Send the whole file again later. Operators: make room on the disk of FILES_DIR.'],
    headers: { 'retry-after': '60' }
  })
}

export function fileStorageAway (): Problem {
  return problem(503, 'files-unavailable', {
    title: ['Kho tệp không sẵn sàng', 'The file storage is not available'],
    detail: ['Gửi lại sau. Người vận hành: kiểm tra FILES_DIR (thư mục, quyền ghi, ổ mạng).', 'Try again later. Operators: look at FILES_DIR (folder, right to write, network drive).'],
    headers: { 'retry-after': '30' }
  })
}

/** One answer for a wrong signature, an expired link and a file that never was. */
export function linkInvalid (): Problem {
  return problem(403, 'file-link-invalid', {
    title: ['Đường dẫn không còn hiệu lực', 'The link is not valid'],
    detail: ['Đường dẫn tải tệp sai hoặc đã hết hạn. Đường dẫn mới đi cùng lần đồng bộ hồ sơ kế tiếp; cần ngay thì liên hệ tỉnh gửi hồ sơ.', 'The link is wrong or has expired. The next message about the dossier brings a new one; if it is needed now, ask the province that sent it.']
  })
}

export function fileGone (): Problem {
  return problem(404, 'file-not-found', {
    title: ['Không còn tệp này', 'The file is not there'],
    detail: ['Đường dẫn đúng nhưng tệp đã bị xóa. Liên hệ tỉnh gửi hồ sơ.', 'The link is right, and the file was removed. Ask the province that sent it.']
  })
}

export function rangeNotSatisfiable (size: string): Problem {
  return problem(416, 'range-not-satisfiable', {
    title: ['Khoảng byte nằm ngoài tệp', 'The range lies outside the file'],
    detail: [`Tệp có ${size} byte.`, `The file has ${size} bytes.`],
    headers: { 'content-range': `bytes */${size}` }
  })
}
