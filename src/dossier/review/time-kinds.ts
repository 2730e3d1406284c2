/** What times.ts raises, and steps.ts about the times of a step. */
import type { FindingKind } from '../../model/findings.js'

export const TIME_KINDS = {
  impossible: {
    severity: 'error',
    code: 'time-impossible',
    message: { vi: 'Thời điểm không thể có: nằm ngoài các năm {from} đến {to}, thường là giá trị trống của phần mềm nguồn.', en: 'No possible time: outside the years {from} to {to}; mostly a blank of the source system.' },
    cure: { vi: 'Sửa năm, hoặc bỏ hẳn trường này nếu chưa có thời điểm.', en: 'Correct the year, or leave the field out where there is no time yet.' },
    clause: 'standards §7.6'
  },
  dueBeforeReceipt: {
    severity: 'error',
    code: 'due-before-receipt',
    message: { vi: 'Ngày hẹn trả (dueAt) sớm hơn ngày tiếp nhận (receivedAt).', en: 'dueAt is a day before receivedAt.' },
    cure: { vi: 'Sửa một trong hai ngày; bỏ dueAt nếu hồ sơ không có hẹn trả.', en: 'Correct one of them; leave dueAt out where no result is due.' },
    clause: 'standards §4.3, §8.8'
  },
  finishBeforeReceipt: {
    severity: 'error',
    code: 'finish-before-receipt',
    message: { vi: 'Ngày kết thúc xử lý (finishedAt) sớm hơn ngày tiếp nhận (receivedAt).', en: 'finishedAt is a day before receivedAt.' },
    cure: { vi: 'Sửa một trong hai ngày; bỏ finishedAt nếu hồ sơ chưa xử lý xong.', en: 'Correct one of them; leave finishedAt out while the dossier is being handled.' },
    clause: 'standards §4.3, §8.8'
  },
  returnBeforeReceipt: {
    severity: 'error',
    code: 'return-before-receipt',
    message: { vi: 'Ngày trả kết quả (returnedAt) sớm hơn ngày tiếp nhận (receivedAt).', en: 'returnedAt is a day before receivedAt.' },
    cure: { vi: 'Sửa một trong hai ngày; bỏ returnedAt nếu chưa trả kết quả.', en: 'Correct one of them; leave returnedAt out until the result is handed over.' },
    clause: 'standards §4.3, §8.8'
  },
  disorder: {
    severity: 'warning',
    code: 'times-out-of-order',
    message: { vi: 'Thứ tự thời gian bất thường: {later} sớm hơn {earlier}.', en: 'Unusual order of times: {later} is before {earlier}.' },
    cure: { vi: 'Kiểm tra hai thời điểm, múi giờ (+07:00) và giờ của máy chủ; nếu phần mềm chỉ lưu ngày thì có thể bỏ qua.', en: 'Check both times, the zone (+07:00) and the server\'s clock; nothing to do where the system keeps the date alone.' },
    clause: 'standards §4.3, §7.6'
  },
  future: {
    severity: 'warning',
    code: 'time-in-future',
    message: { vi: 'Việc đã xảy ra nhưng thời điểm ở tương lai, quá 24 giờ so với giờ của Liên Thông; Cổng có thể từ chối.', en: 'An event that has happened lies in the future, more than 24 hours after the gateway\'s clock; the portal may refuse it.' },
    cure: { vi: 'Kiểm tra năm, múi giờ (+07:00) và giờ của máy chủ; bỏ trường nếu việc chưa xảy ra.', en: 'Check the year, the zone (+07:00) and the server\'s clock; leave the field out while it has not happened.' },
    clause: 'standards §8.8'
  }
} as const satisfies Record<string, FindingKind>
