/**
 * Answers in the words and types that clients of the portal test for (contract §1.5). Only what was accepted may say "thành
 * công", and only a create of what is there "đã tồn tại": clients search their texts for both. Pure.
 */
import type { AcceptPlace, AcceptProblem, AcceptRefusal, AcceptReply, AcceptSaid, RefusalReason } from '../../../src/adapter-kit/contract/accept.js'
import { textSetting } from '../settings.js'

const JSON_TYPE = 'application/json; charset=utf-8'
const TEXT_TYPE = 'text/plain; charset=utf-8'

const ACCEPTED = 'Đồng bộ thành công'

/** "3" and "-3" are what is known of refusals (§1.5), which of them means what is inferred; -1 is about the call itself. */
const CODE = { done: '0', badData: '3', notAccepted: '-3', call: '-1' } as const

interface Refusal {
  code: string
  /** Other than 200 only where no portal would have got to see the message: 4xx and 5xx cost known clients the words. */
  status?: number
  says: string
}

const REFUSALS: Readonly<Record<Exclude<RefusalReason, 'session'>, Refusal>> = {
  login: { code: CODE.call, says: 'Sai tên đăng nhập hoặc mật khẩu' },
  caller: { code: CODE.call, status: 401, says: 'Chưa xác thực: gửi khóa của hệ thống trong Authorization (Bearer hoặc Basic)' },
  scope: { code: CODE.call, says: 'Khóa không có quyền dossiers:write; nhờ người vận hành Liên Thông cấp khóa có quyền này' },
  unreadable: { code: CODE.call, says: 'Không đọc được nội dung gửi lên' },
  service: { code: CODE.call, says: 'Không có dịch vụ này' },
  'too-large': { code: CODE.call, status: 413, says: 'Nội dung gửi lên vượt quá giới hạn; chưa lưu gì. Chia nhỏ data, gửi tệp bằng đường dẫn' },
  known: { code: CODE.badData, says: 'Dữ liệu không hợp lệ' },
  exists: { code: CODE.notAccepted, says: 'đã tồn tại' },
  missing: { code: CODE.notAccepted, says: 'không tồn tại; gửi DongBoHoSoMC trước' },
  'not-canonical': { code: CODE.badData, says: 'Dữ liệu không hợp lệ' },
  closed: { code: CODE.call, status: 503, says: 'Hệ thống tạm thời chưa nhận; chưa lưu gì, gửi lại sau' },
  unavailable: { code: CODE.call, status: 503, says: 'Hệ thống tạm thời không sẵn sàng; gửi lại y nguyên sau ít phút' },
  paused: { code: CODE.call, says: 'Đang tạm dừng chiều gửi tới Cổng DVCQG nên chưa có kết quả; hãy gửi lại sau' },
  silent: { code: CODE.call, says: 'Cổng DVCQG chưa trả lời nên chưa có kết quả; hãy gửi lại sau' },
  fault: { code: CODE.call, status: 500, says: 'Lỗi của hệ thống Liên Thông; gửi lại sau' }
}

/** A wrapper refuses by the address where generation A refuses by the envelope. */
const STATUS_B: Partial<Record<RefusalReason, number>> = { login: 401, scope: 403, service: 404 }

export function answer (said: AcceptSaid, place: AcceptPlace): AcceptReply {
  switch (said.said) {
    case 'session': return reply({ code: CODE.done, message: '', session: said.token }, place)
    case 'accepted': return reply({ code: CODE.done, message: ACCEPTED }, place)
    case 'result': return reply({ code: CODE.done, message: '', result: said.rows }, place)
    case 'passed': return reply(said.answer, place)
    case 'refused': return refused(said.refusal, place)
  }
}

function refused (refusal: AcceptRefusal, place: AcceptPlace): AcceptReply {
  const { why } = refusal
  if (why === 'session') return reply({ code: CODE.call, message: textSetting(place.settings, 'ACCEPT_SESSION_MESSAGE') }, place)
  const { code, status = 200, says } = REFUSALS[why]
  const message = why === 'exists' || why === 'missing' ? aboutDossiers(refusal.codes, says) : withProblems(says, refusal.problems)
  return { ...reply({ code, message }, place), status: (place.form === 'b' ? STATUS_B[why] : undefined) ?? status }
}

/** A code of another form is not repeated: whatever stands in it would be read as ours. */
function aboutDossiers (codes: readonly string[] = [], says: string): string {
  const shown = codes.filter(code => /^[0-9A-Za-z._-]{1,50}$/.test(code)).slice(0, PROBLEMS_SHOWN)
  return ['Hồ sơ', shown.join(', '), says].filter(part => part !== '').join(' ')
}

const PROBLEMS_SHOWN = 5

function withProblems (says: string, problems: readonly AcceptProblem[] = []): string {
  if (problems.length === 0) return says
  const more = problems.length - PROBLEMS_SHOWN
  return `${says}: ${problems.slice(0, PROBLEMS_SHOWN).map(worded).join('; ')}${more > 0 ? `; và ${more} lỗi khác` : ''}`
}

/** `/data/0/TrichYeuHoSo` → `data[0].TrichYeuHoSo`, as known systems write it. */
function worded ({ pointer, code, message }: AcceptProblem): string {
  const path = pointer.slice(1).replace(/\/(\d+)(?=\/|$)/g, '[$1]').replaceAll('/', '.')
  const text = message === '' || code === 'field-missing' ? 'bắt buộc phải có' : message.replace(/\.$/, '')
  return path === '' ? text : `${path} ${text}`
}

interface Content {
  code: string
  message: string
  session?: string
  result?: unknown
}

function reply (content: Content, { form, service, settings }: AcceptPlace): AcceptReply {
  if (form === 'b' && service === 'CapNhatTienDoHoSoMC') return { status: 200, type: TEXT_TYPE, body: content.message }
  const body = form === 'b' ? wrapped(content) : enveloped(content, settings.ACCEPT_ERROR_CODE === 'text')
  return { status: 200, type: JSON_TYPE, body: JSON.stringify(body) }
}

function enveloped ({ code, ...rest }: Content, asText: boolean): Record<string, unknown> {
  return { error_code: asText || !/^-?\d{1,9}$/.test(code) ? code : Number(code), ...rest }
}

/** Reads are JSON inside the text of `message` (pitfall 17). */
function wrapped ({ code, message, result }: Content): Record<string, unknown> {
  return { error_code: code, message: result === undefined ? message : JSON.stringify({ result }) }
}
