/** What is said about messages that were accepted in the portal's own format. None of it refuses them. */
import type { FindingKind } from '../../../src/model/findings.js'

export const ACCEPT_KINDS = {
  unknownMember: {
    severity: 'warning',
    code: 'member-unknown',
    message: { vi: 'Đặc tả đã biết của Cổng không có trường này: giá trị được giữ cùng hồ sơ, không gửi đi.', en: 'The known specification of the portal has no such member: its value is kept with the dossier and not sent.' },
    cure: { vi: 'Kiểm tra chính tả tên trường; nếu Cổng đã thêm trường này, báo người vận hành Liên Thông.', en: 'Check the member\'s spelling; where the portal has added it, tell the operators of the gateway.' },
    clause: 'national-portal §2.1, §2.2'
  },
  setAside: {
    severity: 'error',
    code: 'value-set-aside',
    message: { vi: 'Giá trị không đọc được theo đặc tả của Cổng: được giữ cùng hồ sơ, không gửi đi.', en: 'The value cannot be read as the portal\'s specification has it: it is kept with the dossier and not sent.' },
    cure: { vi: 'Sửa ở hệ thống gửi rồi cập nhật hồ sơ (isUpdating "True").', en: 'Correct it at the source and update the dossier (isUpdating "True").' },
    clause: 'national-portal §2.1, §2.2'
  },
  rewritten: {
    severity: 'warning',
    code: 'value-rewritten',
    message: { vi: 'Giá trị có nghĩa rõ nhưng sai kiểu; được gửi đi theo kiểu của đặc tả (ví dụ 1 thành "1").', en: 'The value is clear and of another type than the specification has; it is sent in that type (1 as "1").' },
    cure: { vi: 'Nên gửi đúng kiểu: hầu hết các trường của Cổng là chuỗi.', en: 'Better send that type: nearly all members of the portal are texts.' },
    clause: 'national-portal §1.4, §2.1'
  },
  unknownCode: {
    severity: 'error',
    code: 'national-code-unknown',
    message: { vi: 'Bảng mã "{table}" không có mã quốc gia này.', en: 'Code table "{table}" has no such national code.' },
    cure: { vi: 'Kiểm tra mã ở hệ thống gửi, hoặc báo người vận hành nếu Cổng có mã mới.', en: 'Check the code at the source, or tell the operators where the portal has a new one.' },
    clause: 'national-portal §2.1, §3.1'
  },
  invalidDate: {
    severity: 'error',
    code: 'national-date-invalid',
    message: { vi: 'Không phải là thời điểm dạng yyyyMMddHHmmss.', en: 'No time written as yyyyMMddHHmmss.' },
    cure: { vi: 'Gửi theo giờ Việt Nam, ví dụ 20261104090000; để "" khi chưa có.', en: 'Send the time of Viet Nam, like 20261104090000; "" where there is none.' },
    clause: 'national-portal §2.1.1'
  },
  modeUnclear: {
    severity: 'warning',
    code: 'is-updating-unclear',
    message: { vi: 'isUpdating không phải là "True" hoặc "False": hồ sơ được thêm mới nếu chưa có, cập nhật nếu đã có.', en: 'isUpdating is neither "True" nor "False": the dossier was made or updated, whichever fitted.' },
    cure: { vi: 'Gửi isUpdating là chuỗi "True" hoặc "False".', en: 'Send isUpdating as the text "True" or "False".' },
    clause: 'national-portal §1.4, §6 (1)'
  }
} as const satisfies Record<string, FindingKind>
