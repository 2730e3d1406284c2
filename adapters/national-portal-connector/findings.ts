/** What the mapping has to say about a dossier. Errors stop the delivery, not the dossier. */
import type { FindingKind } from '../../src/model/findings.js'

export const KINDS = {
  unmapped: {
    severity: 'error',
    code: 'code-unmapped',
    message: { vi: 'Bảng mã "{table}" không có giá trị "{word}".', en: 'Code table "{table}" has no value "{word}".' },
    cure: { vi: 'Hãy thêm mã quốc gia tương ứng rồi cho gửi lại.', en: 'Add its national code, then redrive.' },
    clause: 'standards §1.3'
  },
  noRecordId: {
    severity: 'error',
    code: 'origin-id-missing',
    message: { vi: 'Thiếu định danh bản ghi quốc gia (IdHoSo) của hồ sơ nộp tại Cổng.', en: 'The national record id (IdHoSo) of a dossier filed at the portal is missing.' },
    cure: { vi: 'Gửi origin.id đúng như giá trị id trong sự kiện dossier.received.', en: 'Send origin.id as the event dossier.received gives it in id.' },
    clause: 'national-portal §2.16'
  },
  statusNotNumber: {
    severity: 'error',
    code: 'status-not-a-number',
    message: { vi: 'Mã trạng thái "{code}" trong bảng mã không phải số từ 1 đến 10.', en: 'The status code "{code}" in the code table is no number from 1 to 10.' },
    cure: { vi: 'Sửa dòng của bảng mã trạng thái rồi cho gửi lại.', en: 'Mend the row of the status table, then redrive.' },
    clause: 'national-portal §2.16'
  },
  listsNotSent: {
    severity: 'warning',
    code: 'connector-lists-not-sent',
    message: { vi: 'Giấy tờ kết quả và lệ phí chưa gửi được qua connector: không tài liệu công khai nào nêu các trường của chúng.', en: 'Result papers and fees are not sent through the connector: no public source tells their members.' },
    cure: { vi: 'Trạng thái vẫn được gửi; nộp kết quả trên Cổng, hoặc hỏi đầu mối của connector về khuôn dạng.', en: 'The status is sent all the same; hand in the result at the portal, or ask the connector\'s contact for the format.' },
    clause: 'national-portal §2.16'
  }
} as const satisfies Record<string, FindingKind>
