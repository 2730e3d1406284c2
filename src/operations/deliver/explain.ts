/** Words for people about a failed delivery: what happened and what to do, by failure code, else by kind. */
import type { FailureKind } from '../../adapter-kit/failure.js'
import type { Decision } from './retry.js'
import type { BilingualText } from '../../model/bilingual.js'

export interface Explanation {
  message: BilingualText
  cure: BilingualText
}

const WAIT_FOR_PARTNER: BilingualText = {
  vi: 'Không cần làm gì: hệ thống tự gửi lại. Nếu kéo dài, hãy kiểm tra đường truyền và máy chủ của bên nhận.',
  en: 'Nothing to do: it is sent again by itself. If it lasts, check the line and the partner\'s server.'
}

const CHECK_CREDENTIALS: BilingualText = {
  vi: 'Kiểm tra tài khoản, mật khẩu và mã đơn vị trong cấu hình của bộ kết nối; sau khi sửa, hệ thống tự gửi lại.',
  en: 'Check user name, password and unit code in the adapter\'s settings; once mended it is sent again by itself.'
}

const BY_CODE: Readonly<Record<string, Explanation>> = {
  unreachable: explain('Không kết nối được tới hệ thống nhận.', 'The partner could not be reached.', WAIT_FOR_PARTNER),
  'connect-timed-out': explain('Hệ thống nhận không trả lời yêu cầu kết nối trong thời hạn.', 'The partner did not accept a connection in time.', WAIT_FOR_PARTNER),
  'timed-out': explain('Đã gửi nhưng không có câu trả lời trong thời hạn; chưa biết bên nhận đã ghi nhận hay chưa.', 'Sent, but not answered in time; whether the partner took it is not known.', WAIT_FOR_PARTNER),
  'connection-lost': explain('Mất kết nối sau khi gửi; chưa biết bên nhận đã ghi nhận hay chưa.', 'The connection was lost after sending; whether the partner took it is not known.', WAIT_FOR_PARTNER),
  throttled: explain('Hệ thống nhận yêu cầu gửi chậm lại.', 'The partner asks for a slower pace.', WAIT_FOR_PARTNER),
  redirected: explain('Địa chỉ của bên nhận chuyển hướng sang nơi khác (nêu trong "words"): thường là sai địa chỉ, hoặc là trang đăng nhập.', 'The partner\'s address redirects elsewhere (see "words"): mostly a wrong address, or a login page.', {
    vi: 'Kiểm tra địa chỉ của bộ kết nối (BASE_URL và các đường dẫn), rồi cho gửi lại. Nếu bên nhận xác nhận chuyển hướng 307/308 trong cùng máy chủ là chủ ý, đặt FOLLOW_REDIRECTS=same-origin.',
    en: 'Check the adapter\'s address (BASE_URL and the paths), then redrive. Where the partner confirms that a 307/308 to the same server is meant, set FOLLOW_REDIRECTS=same-origin.'
  }),
  interrupted: explain('Việc gửi bị ngắt khi tiến trình dừng; chưa biết bên nhận đã ghi nhận hay chưa.', 'The call was cut when the process stopped; whether the partner took it is not known.', WAIT_FOR_PARTNER),
  'answer-too-large': explain('Câu trả lời của bên nhận quá lớn nên không đọc hết; chưa biết bên nhận đã ghi nhận hay chưa.', 'The answer was too large to be read; whether the partner took it is not known.', WAIT_FOR_PARTNER),
  'batch-refused-whole': explain('Bên nhận từ chối cả một gói nhiều hồ sơ mà không nói hồ sơ nào.', 'The partner refused a message of several dossiers and did not say which.', {
    vi: 'Đặt BATCH_SIZE=1 để mỗi hồ sơ có câu trả lời riêng, rồi quyết định hoặc cho gửi lại.', en: 'Set BATCH_SIZE=1, so that each dossier gets an answer of its own, then resolve or redrive.'
  }),
  'lookup-unanswered': explain('Bên nhận nói chưa có hồ sơ, nhưng không trả lời khi tra cứu; hệ thống không tạo mới khi chưa có câu trả lời.', 'The partner says it has no such dossier but did not answer the lookup; nothing is created without an answer.', WAIT_FOR_PARTNER),
  'lost-at-partner': explain('Bên nhận không còn hồ sơ này; hệ thống sẽ tạo lại ở lần gửi sau.', 'The partner no longer has the dossier; it is created again at the next attempt.', WAIT_FOR_PARTNER),
  'partner-contradicts-itself': explain('Bên nhận vừa nói đã có, vừa nói chưa có hồ sơ.', 'The partner says both that it has the dossier and that it has not.', {
    vi: 'Hệ thống tự thử lại. Nếu kéo dài, báo bên nhận kèm mã hồ sơ.', en: 'It is tried again by itself. If it lasts, tell the partner the dossier code.'
  }),
  'login-refused': explain('Hệ thống nhận từ chối đăng nhập.', 'The partner refused the login.', CHECK_CREDENTIALS),
  'session-not-accepted': explain('Hệ thống nhận không chấp nhận phiên làm việc vừa được cấp.', 'The partner does not accept the session it has just given.', CHECK_CREDENTIALS),
  'token-not-accepted': explain('Hệ thống nhận không chấp nhận mã truy cập, hoặc phiên của chính nó với Cổng đã hết.', 'The partner does not accept the token, or its own session with the portal is over.', CHECK_CREDENTIALS),
  'mapping-failed': explain('Không chuyển được hồ sơ sang khuôn dạng của bên nhận.', 'The dossier could not be put into the partner\'s format.', {
    vi: 'Sửa dữ liệu hoặc bảng mã nêu trong lỗi, gửi phiên bản mới hoặc cho gửi lại.',
    en: 'Mend the data or the code table named in the failure, then push a new revision or redrive.'
  }),
  'code-unmapped': explain('Bảng mã chưa có mã của bên nhận cho giá trị nêu trong "missing".', 'A code table has no code of the partner for what "missing" lists.', {
    vi: 'Thêm các dòng còn thiếu (lienthong codes set, hoặc PUT /v1/codes/{adapter}/{table}), rồi cho gửi lại những gì đã được mở: lienthong codes redrive.',
    en: 'Add the missing rows (lienthong codes set, or PUT /v1/codes/{adapter}/{table}), then redrive what that unblocks: lienthong codes redrive.'
  }),
  'address-not-allowed': explain('Địa chỉ của nơi nhận không được phép kết nối tới.', 'The endpoint is at an address that must not be connected to.', {
    vi: 'Sửa địa chỉ của nơi nhận, hoặc thêm mạng nội bộ đó vào ALLOW_NETWORKS, rồi cho gửi lại.', en: 'Mend the endpoint\'s address, or add that internal network to ALLOW_NETWORKS, then redrive.'
  }),
  'endpoint-gone': explain('Nơi nhận trả lời 410: không nhận thông báo nữa; đã bị tắt.', 'The endpoint answered 410: it takes no more notifications, and was disabled.', {
    vi: 'Chủ nơi nhận sửa địa chỉ, bật lại, rồi cho gửi lại từ lúc bị tắt.', en: 'Its owner mends the address, enables it, and replays what came since.'
  }),
  'adapter-defect': explain('Bộ kết nối gặp lỗi lập trình.', 'The adapter has a defect.', {
    vi: 'Báo cho đội vận hành kèm mã lần gửi (delivery id); sau khi sửa, cho gửi lại.',
    en: 'Tell the operators the delivery id; redrive once it is mended.'
  })
}

const BY_KIND: Readonly<Record<FailureKind, Explanation>> = {
  transient: explain('Bên nhận tạm thời chưa tiếp nhận.', 'The partner does not take it at the moment.', WAIT_FOR_PARTNER),
  uncertain: explain('Chưa biết bên nhận đã ghi nhận hay chưa.', 'Whether the partner took it is not known.', WAIT_FOR_PARTNER),
  refused: explain('Bên nhận từ chối; lời từ chối được ghi nguyên văn trong "words".', 'The partner refused; its words stand in "words".', {
    vi: 'Sửa hồ sơ theo lời của bên nhận rồi gửi phiên bản mới; nếu lỗi ở phía bên nhận, cho gửi lại sau khi họ sửa.',
    en: 'Mend the dossier as the partner says and push a new revision; if the fault is theirs, redrive once they mended it.'
  }),
  mapping: explain('Không chuyển được hồ sơ sang khuôn dạng của bên nhận.', 'The dossier could not be put into the partner\'s format.', {
    vi: 'Sửa dữ liệu hoặc bảng mã nêu trong lỗi, gửi phiên bản mới hoặc cho gửi lại.',
    en: 'Mend the data or the code table named in the failure, then push a new revision or redrive.'
  }),
  cancelled: explain('Đã hủy theo yêu cầu của người vận hành.', 'Cancelled by an operator.', {
    vi: 'Cho gửi lại nếu vẫn cần.', en: 'Redrive if it is still wanted.'
  })
}

const HELD: Explanation = explain(
  'Bước xử lý có thể đã tới bên nhận; cấu hình không cho phép tự gửi lại.',
  'The step may have reached the partner; the settings do not allow it to be repeated by itself.', {
    vi: 'Tra cứu hồ sơ tại bên nhận, rồi quyết định ở POST /v1/deliveries/{id}/resolve: "arrived" nếu đã có (phần còn lại được gửi tiếp, không gửi trùng); "not-arrived" nếu chưa có (được gửi lại). Trong khi chờ, các phiên bản sau của hồ sơ này cũng chờ.',
    en: 'Look the dossier up at the partner, then decide at POST /v1/deliveries/{id}/resolve: "arrived" if it is there (the rest is sent, nothing twice); "not-arrived" if it is not (it is sent again). Until then later revisions of this dossier wait too.'
  })

const EXHAUSTED: Readonly<Record<NonNullable<Decision['exhausted']>, BilingualText>> = {
  age: { vi: 'Đã hết thời hạn gửi lại.', en: 'The time for retries is used up.' },
  'own-failures': { vi: 'Hồ sơ này đã lỗi quá số lần cho phép.', en: 'This dossier has failed as often as is allowed.' }
}

const REDRIVE: BilingualText = {
  vi: 'Tìm nguyên nhân nêu trên, rồi cho gửi lại (redrive).', en: 'Find the cause above, then redrive.'
}

/** The explanation of a decision; an adapter's own cure for a refusal wins. */
export function explainFailure (decision: Decision, code: string, cure?: BilingualText): Explanation {
  if (decision.state === 'held') return HELD
  const base = BY_CODE[code] ?? BY_KIND[decision.kind ?? 'transient']
  if (decision.exhausted !== undefined) {
    return { message: join(base.message, EXHAUSTED[decision.exhausted]), cure: REDRIVE }
  }
  return { message: base.message, cure: cure ?? base.cure }
}

function explain (vi: string, en: string, cure: BilingualText): Explanation {
  return { message: { vi, en }, cure }
}

function join (a: BilingualText, b: BilingualText): BilingualText {
  return { vi: `${a.vi} ${b.vi}`, en: `${a.en} ${b.en}` }
}
