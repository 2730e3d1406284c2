/**
 * What the mapping has to say about a dossier. Errors stop the delivery, not the dossier; `scoring` costs points in the
 * service-quality index of QĐ 766 (standards §4.2 to §4.4), and the indicators are named so that offices find them.
 */
import type { FindingKind } from '../../src/model/findings.js'

export const KINDS = {
  unmapped: {
    severity: 'error',
    code: 'code-unmapped',
    message: { vi: 'Bảng mã "{table}" không có giá trị "{word}".', en: 'Code table "{table}" has no value "{word}".' },
    cure: { vi: 'Hãy thêm mã quốc gia tương ứng rồi cho gửi lại.', en: 'Add its national code, then redrive.' },
    clause: 'standards §1.3'
  },
  succeeded: {
    severity: 'warning',
    code: 'code-succeeded',
    message: { vi: 'Mã "{word}" đã hết hiệu lực vào ngày tiếp nhận; mã kế thừa "{successor}" của bảng mã được dùng.', en: 'The code "{word}" had ended on the day of reception; its successor "{successor}" in the code table is used.' },
    cure: { vi: 'Không cần làm gì; nên gửi mã mới từ hệ thống của tỉnh.', en: 'Nothing to do; better send the new code.' },
    clause: 'standards §5.4'
  },
  nameFromTable: {
    severity: 'warning',
    code: 'name-from-table',
    message: { vi: 'Tên gửi đi là tên trong bảng mã "{table}", khác tên trong hồ sơ.', en: 'The name that is sent is that of the code table "{table}"; the dossier\'s is another.' },
    cure: { vi: 'Không cần làm gì; nên dùng tên theo danh mục quốc gia ở hệ thống của tỉnh.', en: 'Nothing to do; better use the national list\'s name at the source.' },
    clause: 'national-portal §2.1.1'
  },
  statusNotForOrigin: {
    severity: 'error',
    code: 'status-not-for-origin',
    message: { vi: 'Trạng thái quốc gia "{code}" không báo được cho hồ sơ nộp tại Cổng.', en: 'The national status "{code}" cannot be told of a dossier that was filed at the portal.' },
    cure: { vi: 'Dùng một trạng thái từ 1 đến 10 trong bảng mã trạng thái.', en: 'Use a status from 1 to 10 in the code table.' },
    clause: 'national-portal §2.11'
  },
  noStatusPath: {
    severity: 'error',
    code: 'status-path-missing',
    message: { vi: 'Chưa cấu hình địa chỉ báo trạng thái hồ sơ nộp tại Cổng (STATUS_PATH).', en: 'There is no address for the state of dossiers filed at the portal (STATUS_PATH).' },
    cure: { vi: 'Người vận hành đặt STATUS_PATH, ví dụ DongBoTrangThaiHoSoKM, rồi cho gửi lại.', en: 'Have the operators set STATUS_PATH, like DongBoTrangThaiHoSoKM, then redrive.' },
    clause: 'national-portal §1.7'
  },
  invalidDate: {
    severity: 'error',
    code: 'date-invalid',
    message: { vi: 'Thời điểm không viết được dưới dạng yyyyMMddHHmmss.', en: 'The time cannot be written as yyyyMMddHHmmss.' },
    cure: { vi: 'Sửa thời điểm ở hệ thống gửi rồi gửi lại hồ sơ.', en: 'Correct the time at the source and push the dossier again.' },
    clause: 'national-portal §2.1.1'
  },
  reducedTime: {
    severity: 'warning',
    code: 'time-precision-reduced',
    message: { vi: 'Cổng chỉ nhận thời gian đến giây; phần lẻ của giây đã được bỏ.', en: 'The portal takes times to the second; the fraction was dropped.' },
    cure: { vi: 'Nên gửi thời gian đến giây.', en: 'Better send whole seconds.' },
    clause: 'national-portal §2.1.1'
  },
  tooLong: {
    severity: 'error',
    code: 'too-long',
    message: { vi: 'Dài {length} ký tự, Cổng nhận tối đa {limit}; giá trị này không được cắt.', en: '{length} characters; the portal takes {limit}, and this value must not be cut.' },
    cure: { vi: 'Hãy sửa ở hệ thống gửi rồi gửi lại hồ sơ.', en: 'Correct it at the source and push the dossier again.' },
    clause: 'national-portal §2.1'
  },
  shortened: {
    severity: 'warning',
    code: 'shortened',
    message: { vi: 'Dài {length} ký tự, đã rút còn {keep} ký tự theo giới hạn của Cổng.', en: '{length} characters, shortened to {keep} for the portal\'s limit.' },
    cure: { vi: 'Nên rút gọn ở hệ thống gửi để tự chọn phần được giữ.', en: 'Better shorten it at the source, to choose what is kept.' },
    clause: 'national-portal §2.1, §2.2, §6 (23)'
  },
  accountIsIdentity: {
    severity: 'warning',
    code: 'account-id-is-identity-number',
    message: { vi: 'TechID trùng với số giấy tờ nên không được gửi. TechID là mã tài khoản trên Cổng, không phải số định danh.', en: 'The TechID equals an identity number and was not sent. It is the account\'s id at the portal, not a person\'s number.' },
    cure: { vi: 'Bỏ trống accountId nếu chưa tra cứu được TechID.', en: 'Leave accountId out where the TechID is not known.' },
    clause: 'national-portal §2.10, §6 (19)'
  },
  identityWithoutCode: {
    severity: 'warning',
    code: 'identity-without-national-code',
    message: { vi: 'Cổng chưa có mã cho loại giấy tờ "{type}" nên giấy tờ này không được gửi.', en: 'The portal has no code for identities of type "{type}", so this one was not sent.' },
    cure: { vi: 'Không cần làm gì; gửi thêm số định danh hoặc CMND nếu có.', en: 'Nothing to do; send a personal number or an old id too if there is one.' },
    clause: 'national-portal §2.1.7, §6 (26)'
  },
  replacementMissing: {
    severity: 'warning',
    code: 'replacement-code-missing',
    message: { vi: 'Giấy tờ tái sử dụng từ kết quả nhưng thiếu mã kết quả thay thế (MA_KQ_THAYTHE của thủ tục).', en: 'A paper reused from a result has no code of the replacing result (MA_KQ_THAYTHE of the procedure).' },
    cure: { vi: 'Điền replacementResultCode.', en: 'Fill in replacementResultCode.' },
    clause: 'national-portal §2.1.2'
  }
} as const satisfies Record<string, FindingKind>

export const SCORING = {
  channelMissing: {
    severity: 'scoring',
    code: 'channel-missing',
    message: { vi: 'Thiếu kênh thực hiện: hồ sơ bị tính là nộp trực tiếp (chỉ tiêu 3.3).', en: 'Without a channel the dossier counts as filed in person (indicator 3.3).' },
    cure: { vi: 'Điền channel.', en: 'Fill in channel.' },
    clause: 'standards §4.2, §4.4'
  },
  dueDateMissing: {
    severity: 'scoring',
    code: 'due-date-missing',
    message: { vi: 'Thiếu ngày hẹn trả: hạn được tính theo thời gian tối đa của thủ tục (chỉ tiêu 2.1).', en: 'Without a due date the procedure\'s maximum time decides (indicator 2.1).' },
    cure: { vi: 'Điền dueAt theo giấy hẹn.', en: 'Fill in dueAt from the receipt.' },
    clause: 'standards §4.3'
  },
  finishTimeMissing: {
    severity: 'scoring',
    code: 'finish-time-missing',
    message: { vi: 'Hồ sơ đã xong nhưng thiếu ngày kết thúc xử lý: có thể bị tính là quá hạn (chỉ tiêu 2.1, 5.4).', en: 'Finished without a finish time: it may count as late (indicators 2.1, 5.4).' },
    cure: { vi: 'Điền finishedAt.', en: 'Fill in finishedAt.' },
    clause: 'standards §4.3, §4.4'
  },
  resultIncomplete: {
    severity: 'scoring',
    code: 'result-incomplete',
    message: { vi: 'Giấy tờ kết quả thiếu mã kết quả hoặc đường dẫn: không được tính là kết quả điện tử (chỉ tiêu 3.3, 4.1, 4.2).', en: 'A result without its code or link does not count as electronic (indicators 3.3, 4.1, 4.2).' },
    cure: { vi: 'Điền code (mã kết quả của thủ tục, như KQ.G07.000122) và url.', en: 'Fill in code (the procedure\'s result code, like KQ.G07.000122) and url.' },
    clause: 'standards §4.2, §4.4'
  },
  zeroFee: {
    severity: 'scoring',
    code: 'zero-fee',
    message: { vi: 'Khoản phí 0 đồng loại hồ sơ khỏi chỉ tiêu thanh toán trực tuyến (3.6).', en: 'A fee of 0 takes the dossier out of indicator 3.6.' },
    cure: { vi: 'Hãy bỏ dòng này nếu hồ sơ không thu phí.', en: 'Leave the row out where no fee is due.' },
    clause: 'standards §4.4'
  },
  onlinePaymentUnknown: {
    severity: 'scoring',
    code: 'online-payment-unknown',
    message: { vi: 'Hồ sơ có phí nhưng không cho biết hình thức thanh toán: không được tính vào thanh toán trực tuyến (chỉ tiêu 3.6).', en: 'There is a fee but not how it was paid: it does not count as paid online (indicator 3.6).' },
    cure: { vi: 'Điền onlinePayment.', en: 'Fill in onlinePayment.' },
    clause: 'standards §4.2'
  },
  severalSupplements: {
    severity: 'scoring',
    code: 'several-supplements',
    message: { vi: 'Yêu cầu bổ sung quá một lần: hồ sơ chưa xong bị tính là quá hạn (chỉ tiêu 2.1).', en: 'More than one supplement request: an open dossier counts as late (indicator 2.1).' },
    cure: { vi: 'Gửi ngày kết thúc xử lý ngay khi xong; lần sau yêu cầu bổ sung một lần, đầy đủ.', en: 'Send the finish time as soon as it is finished; next time ask once and completely.' },
    clause: 'standards §1.4, §4.3'
  }
} as const satisfies Record<string, FindingKind>
