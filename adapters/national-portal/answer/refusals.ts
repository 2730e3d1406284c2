/**
 * Kinds of refusals by the portal's words. No source lists its texts: kinds are those of standards §8.8, patterns are
 * inferred. A pattern that misses costs only the better cure; the first that matches wins.
 */
import type { BilingualText } from '../../../src/model/bilingual.js'

export interface Refusal {
  code: string
  cure: BilingualText
}

/** How a message says that a value is unknown. At most 80 characters may stand between it and its subject. */
const UNKNOWN = '.{0,80}(không tồn tại|chưa tồn tại|không tìm thấy|không hợp lệ|không đúng|không có trong|chưa được|chưa công|không được công)'
const WRONG = '.{0,80}(không hợp lệ|không đúng|\\bsai\\b|lớn hơn|nhỏ hơn|(trước|sau) (ngày|thời)|vượt quá|tương lai|không được phép)'

/** For "not there" where nobody can be asked whether that is true. */
export const NO_LOOKUP: BilingualText = {
  vi: 'Cổng nói chưa có hồ sơ này, và chưa đặt LOOKUP_PATH nên không tra cứu lại được. Đặt LOOKUP_PATH rồi cho gửi lại, hoặc kiểm tra trên Cổng.',
  en: 'The portal says that it has no such dossier, and without LOOKUP_PATH nothing can ask again. Set it and redrive, or look at the portal.'
}

const KINDS: ReadonlyArray<Refusal & { pattern: RegExp }> = [
  {
    code: 'missing-field',
    pattern: /thiếu (trường|thông tin|dữ liệu|mã|ngày|tên|số)|bắt buộc|không được (để )?(trống|rỗng)|is required/,
    cure: {
      vi: 'Bổ sung trường mà Cổng nêu ở hệ thống gửi, đẩy lại hồ sơ.',
      en: 'Fill the member that the portal names at the source and push the dossier again.'
    }
  },
  {
    code: 'invalid-status',
    pattern: new RegExp(`trạng thái${WRONG}|logic xử lý không hợp lệ`),
    cure: {
      vi: 'Cổng không nhận bước chuyển trạng thái này: so trạng thái trên Cổng với hồ sơ, sửa ở hệ thống gửi.',
      en: 'The portal does not take this change of status: compare its status with the dossier\'s and correct the source.'
    }
  },
  {
    code: 'not-authorised',
    pattern: /(không|chưa) (có|được cấp|được phân) quyền|unauthori[sz]ed|forbidden|access denied/,
    cure: {
      vi: 'Đề nghị Cổng DVCQG cấp quyền cho tài khoản và mã đơn vị đang dùng (USERNAME, UNIT_CODE).',
      en: 'Ask the portal to grant the account and unit code in use (USERNAME, UNIT_CODE) the right.'
    }
  },
  {
    code: 'file-unreachable',
    pattern: /(tệp|tập tin|file|đường dẫn|url).{0,80}(không tải|không truy cập|không tồn tại|không tìm thấy|không hợp lệ|quá lớn|dung lượng)/,
    cure: {
      vi: 'Kiểm tra đường dẫn tệp mở được từ bên ngoài mà không cần đăng nhập và không vượt dung lượng, rồi gửi lại.',
      en: 'Check that the file\'s link opens from outside without a login and is not too large, then redrive.'
    }
  },
  {
    code: 'unknown-component',
    pattern: new RegExp(`(thành phần hồ sơ|giấy tờ kết quả|mã kết quả|mã giấy tờ|mathanhphanhoso|magiaytoketqua)${UNKNOWN}`),
    cure: {
      vi: 'Dùng mã thành phần hồ sơ, mã kết quả của thủ tục trên CSDL quốc gia về TTHC, đẩy lại hồ sơ.',
      en: 'Use the component and result codes of the procedure in the national catalogue and push again.'
    }
  },
  {
    code: 'unknown-procedure',
    pattern: new RegExp(`(thủ tục|tthc)${UNKNOWN}`),
    cure: {
      vi: 'Kiểm tra thủ tục đã công khai trên CSDL quốc gia về TTHC và mã, phiên bản đang dùng còn hiệu lực; sửa mã rồi đẩy lại.',
      en: 'Check that the procedure is published in the national catalogue and its code is current; correct it and push again.'
    }
  },
  {
    code: 'unknown-field',
    pattern: new RegExp(`(lĩnh vực|malinhvuc)${UNKNOWN}`),
    cure: {
      vi: 'Dùng mã lĩnh vực mà CSDL quốc gia ghi cho thủ tục này, đẩy lại hồ sơ.',
      en: 'Use the field code that the national catalogue gives for this procedure and push again.'
    }
  },
  {
    code: 'unknown-agency',
    pattern: new RegExp(`(đơn vị|cơ quan|madonvi)${UNKNOWN}`),
    cure: {
      vi: 'Kiểm tra mã đơn vị sau sắp xếp (ví dụ H45 nhập vào H15) và việc đăng ký mã này trên Cổng.',
      en: 'Check the unit\'s code after the mergers (H45 went into H15) and that the portal knows it.'
    }
  },
  {
    code: 'invalid-date',
    pattern: new RegExp(`(ngày|thời gian|thời điểm|thời hạn|ngay(nop|tiepnhan|hentra|tra|ketthuc|tuchoi))${WRONG}`),
    cure: {
      vi: 'Sửa thời gian ở hệ thống gửi: hẹn trả và kết thúc không trước tiếp nhận, không ở tương lai.',
      en: 'Correct the times at the source: due and finish not before reception, none in the future.'
    }
  },
  {
    code: 'invalid-identity',
    pattern: new RegExp(`(định danh|cccd|cmnd|căn cước|số giấy tờ|mã số thuế|techid|madoituong)${WRONG}`),
    cure: {
      vi: 'Sửa số giấy tờ của chủ hồ sơ: CCCD 12 số, CMND 9 số, giữ số 0 ở đầu; TechID không phải số giấy tờ.',
      en: 'Correct the applicant\'s number: 12 digits (CCCD) or 9 (CMND) with leading zeros; a TechID is no such number.'
    }
  },
  {
    code: 'value-too-long',
    pattern: /quá dài|dài quá|vượt quá (độ dài|số ký tự|\d+ ký tự)|too long|truncated|maxlength/,
    cure: {
      vi: 'Rút ngắn giá trị mà Cổng nêu ở hệ thống gửi, đẩy lại hồ sơ.',
      en: 'Shorten the value that the portal names at the source and push again.'
    }
  },
  {
    code: 'invalid-data',
    pattern: /dữ liệu (gửi lên |đầu vào )?không (hợp lệ|đúng)|invalid (data|json|request)/,
    cure: {
      vi: 'So trường mà Cổng nêu với hồ sơ (xem bằng lệnh preview), sửa ở hệ thống gửi rồi đẩy lại.',
      en: 'Compare the member that the portal names with the dossier (preview shows it), correct the source and push again.'
    }
  }
]

export const UNEXPLAINED: Refusal = {
  code: 'portal-refused',
  cure: {
    vi: 'Đọc lời của Cổng, sửa hồ sơ ở hệ thống gửi rồi đẩy lại; nếu không rõ, gửi nguyên lời này cho đầu mối hỗ trợ của Cổng DVCQG.',
    en: 'Read the portal\'s words, correct the dossier at its source and push again; if unclear, send them to the portal\'s support.'
  }
}

export const ALREADY_THERE: Refusal = {
  code: 'already-there',
  cure: {
    vi: 'Cổng coi lệnh cập nhật là tạo mới. Kiểm tra trục có giữ nguyên isUpdating dạng chuỗi "True" không.',
    en: 'The portal took an update for a create. Check that the bus leaves isUpdating as the string "True".'
  }
}

export const PARTLY: Refusal = {
  code: 'partly-refused',
  cure: {
    vi: 'Cổng không nhận đủ các bước của lần gửi này và không cho biết bước nào. Đối chiếu tiến độ trên Cổng rồi mới gửi lại, kẻo trùng.',
    en: 'Not all steps of this call were accepted and the portal does not say which. Compare its timeline before a redrive, or steps may double.'
  }
}

/** For refusals by HTTP status: the address, the bus or the rights, rarely the dossier. */
export const BY_STATUS: BilingualText = {
  vi: 'Kiểm tra địa chỉ (BASE_URL và các …_PATH), DSTCODE hoặc TOKEN và quyền trên trục kết nối, rồi gửi lại hàng loạt.',
  en: 'Check the address (BASE_URL and the …_PATH settings), DSTCODE or TOKEN and the rights on the bus, then redrive in bulk.'
}

/** The kind of a folded message; undefined where none is recognised. */
export function refusalKind (folded: string): Refusal | undefined {
  const kind = KINDS.find(({ pattern }) => pattern.test(folded))
  return kind === undefined ? undefined : { code: kind.code, cure: kind.cure }
}
