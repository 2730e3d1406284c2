/** What steps.ts raises, and intake about a step that was accepted before. */
import type { FindingKind } from '../../model/findings.js'

export const STEP_KINDS = {
  idRepeated: {
    severity: 'error',
    code: 'step-id-repeated',
    message: { vi: 'Mã bước xử lý bị lặp trong cùng một lần gửi.', en: 'The step id occurs twice in this push.' },
    cure: { vi: 'Mỗi bước cần một mã riêng, không đổi giữa các lần gửi.', en: 'Give each step its own id, the same in every push.' },
    clause: ''
  },
  /** Answered with 409: the document is valid, and contradicts what was accepted. */
  changed: {
    severity: 'error',
    code: 'step-changed',
    message: { vi: 'Bước có mã này đã được nhận với nội dung khác.', en: 'A step with this id was accepted with other content.' },
    cure: { vi: 'Bước xử lý chỉ được thêm, không được sửa: gửi một bước đính chính với mã mới.', en: 'Steps are only added, never changed: send a correcting step with a new id.' },
    clause: ''
  },
  beforeReceipt: {
    severity: 'warning',
    code: 'step-before-receipt',
    message: { vi: 'Bước xử lý diễn ra trước ngày tiếp nhận hồ sơ.', en: 'The step happened before the day of receipt.' },
    cure: { vi: 'Kiểm tra occurredAt của bước và receivedAt; bước trước khi tiếp nhận phải có trạng thái registered.', en: 'Check the step\'s occurredAt and receivedAt; a step before reception has the status registered.' },
    clause: 'standards §1.3'
  },
  listOrder: {
    severity: 'warning',
    code: 'steps-out-of-order',
    message: { vi: 'Các bước không theo thứ tự thời gian từ bước này; chúng được gửi đi theo thời gian.', en: 'From this step on the list is not in the order of time; steps are sent in that order.' },
    cure: { vi: 'Kiểm tra occurredAt; nên xếp các bước theo thời gian.', en: 'Check occurredAt; better list steps by time.' },
    clause: 'national-portal §2.2'
  },
  statusOrder: {
    severity: 'warning',
    code: 'status-order-unusual',
    message: { vi: 'Trạng thái {status} không thường đi sau {before}.', en: 'Status {status} does not usually follow {before}.' },
    cure: { vi: 'Kiểm tra bảng quy đổi trạng thái và thời điểm các bước; nếu là đính chính có chủ ý thì không cần làm gì.', en: 'Check the translation of statuses and the steps\' times; nothing to do for an intended correction.' },
    clause: 'standards §1.3; national-portal §3.3'
  }
} as const satisfies Record<string, FindingKind>
