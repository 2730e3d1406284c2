import t from 'tap'
import { interpretAnswer, interpretLookup, type Question } from '../../../adapters/national-portal/answer.js'
import { interpretLogin } from '../../../adapters/national-portal/answer/login.js'
import { answerRules } from '../../../adapters/national-portal/settings.js'
import type { HttpAnswer } from '../../../src/adapter-kit/http.js'
import { settings } from './support.js'
import type { Settings } from '../../../src/adapter-kit/contract/open.js'
import type { Outcome } from '../../../src/adapter-kit/contract/outcome.js'

function answer (body: unknown, changed: Partial<HttpAnswer> = {}): HttpAnswer {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return { status: 200, headers: { 'content-type': 'application/json' }, text, ...changed }
}

type Asked = Partial<Omit<Question, 'rules'>> & { settings?: Settings }

function outcome (body: unknown, asked: Asked = {}): Outcome {
  const { settings: changed, ...question } = asked
  const rules = answerRules({ ...settings, ...changed })
  return interpretAnswer(answer(body), { upsert: true, mode: 'create', items: 1, now: 0, ...question, rules })
}

function short (body: unknown, asked: Asked = {}): string {
  const { verdict, rule, code } = outcome(body, asked)
  return [verdict, rule, code].filter(part => part !== '').join(' ')
}

const business = (code: unknown, message: unknown = ''): object => ({ error_code: code, message })
const UPDATE: Asked = { mode: 'update' }
const STEPS: Asked = { mode: 'update', upsert: false, items: 3 }

/** What was asked, what came, what it means. */
const TABLE: ReadonlyArray<[string, unknown, string, Asked?]> = [
  ['the number 0', business(0), 'done portal.success-code'],
  ['the string "0"', business('0'), 'done portal.success-code'],
  ['the old string "00"', business('00'), 'done portal.success-code'],
  ['0 and the words', business(0, 'Đồng bộ thành công'), 'done portal.success-code-and-phrase'],
  ['decomposed and capital words', business(0, 'ĐỒNG BỘ THÀNH CÔNG'.normalize('NFD')), 'done portal.success-code-and-phrase'],
  ['0 without the words where they are required', business(0, 'OK'), 'uncertain portal.success-not-confirmed success-not-confirmed',
    { settings: { SUCCESS_PHRASE_REQUIRED: true } }],
  ['0 and "không thành công" where the words are required', business(0, 'Đồng bộ không thành công'),
    'uncertain portal.success-not-confirmed success-not-confirmed', { settings: { SUCCESS_PHRASE_REQUIRED: true } }],
  ['0 and the words where they are required', business(0, 'Thành công'), 'done portal.success-code-and-phrase', { settings: { SUCCESS_PHRASE_REQUIRED: true } }],
  ['another success code of the settings', business(200), 'done portal.success-code', { settings: { SUCCESS_CODES: ['0', '200'] } }],
  ['0 and "already there" to a create', business(0, 'Hồ sơ đã tồn tại'), 'exists portal.duplicate already-exists'],
  ['0 and "already there, updated" to a create', business(0, 'Hồ sơ đã tồn tại, cập nhật thành công'), 'done portal.success-code-and-phrase'],
  ['0 and "already there" to an update', business(0, 'Hồ sơ đã tồn tại'), 'done portal.success-code', UPDATE],
  ['a duplicate create', business('-3', 'Hồ sơ 000.00.14.H15-261104-0001 đã tồn tại'), 'exists portal.duplicate already-exists'],
  ['a duplicate update', business('-3', 'Hồ sơ đã tồn tại'), 'refused portal.already-there already-there', UPDATE],
  ['steps that are "already there"', business('-3', 'Bước xử lý đã tồn tại'), 'refused portal.already-there already-there', STEPS],
  ['an update of an unknown dossier', business('-1', 'Hồ sơ X không tồn tại'), 'missing portal.missing dossier-unknown', UPDATE],
  ['steps of an unknown dossier', business('3', 'Hồ sơ chưa tồn tại'), 'missing portal.missing dossier-unknown', STEPS],
  ['an unknown dossier as the answer to a create', business('-1', 'Hồ sơ X không tồn tại'), 'refused portal.portal-refused portal-refused'],
  ['an unknown procedure as the answer to an update', business('-1', 'Mã thủ tục 9.999999 không tồn tại'), 'refused portal.unknown-procedure unknown-procedure', UPDATE],
  ['an expired session', business(-1, 'Phiên làm việc đã hết hạn'), 'transient portal.session session-not-accepted'],
  ['an expired session by a code of the settings', business('E07', 'x'), 'transient portal.session session-not-accepted', { settings: { SESSION_CODES: ['E07'] } }],
  ['an expired session by a number of the settings', business('011', 'x'), 'transient portal.session session-not-accepted', { settings: { SESSION_CODES: ['11'] } }],
  ['an overdue dossier, which is no session', business(-1, 'Hồ sơ đã hết hạn bổ sung'), 'refused portal.portal-refused portal-refused'],
  ['a version, which is no session', business(-1, 'Sai phiên bản dữ liệu'), 'refused portal.portal-refused portal-refused'],
  ['a busy portal', business(-1, 'Hệ thống đang bận, vui lòng thử lại sau'), 'transient portal.busy portal-busy'],
  ['a time-out inside the portal', business(-1, 'Read timed out'), 'uncertain portal.timed-out portal-timed-out'],
  ['3 for one dossier', business('3', 'Lỗi'), 'refused portal.portal-refused portal-refused'],
  ['3 for several steps', business(3, 'Lỗi'), 'refused portal.partly-refused partly-refused', STEPS],
  ['-3 for one step', business('-3', 'Lỗi'), 'refused portal.portal-refused portal-refused', { ...STEPS, items: 1 }],
  ['a code that is no number', business('ERR', 'Lỗi'), 'refused portal.portal-refused portal-refused'],
  ['a message that is an object', business(-1, { MaHoSo: ['sai'] }), 'refused portal.portal-refused portal-refused'],
  ['no message', { error_code: -1 }, 'refused portal.portal-refused portal-refused'],
  ['a null code', business(null), 'uncertain portal.no-verdict answer-not-understood'],
  ['an empty code', business(''), 'uncertain portal.no-verdict answer-not-understood'],
  ['JSON without a code', { message: 'Đồng bộ thành công' }, 'uncertain portal.no-verdict answer-not-understood'],
  ['the code in camel case', { errorCode: 0 }, 'uncertain portal.no-verdict answer-not-understood'],
  ['an empty object', {}, 'uncertain portal.no-verdict answer-not-understood'],
  ['a list', [business(0)], 'uncertain portal.no-verdict answer-not-understood'],
  ['a bare number', '0', 'uncertain portal.no-verdict answer-not-understood'],
  ['nothing', '', 'uncertain portal.empty empty-answer'],
  ['white space', ' \n', 'uncertain portal.empty empty-answer'],
  ['a web page', '<html>Đồng bộ thành công</html>', 'uncertain portal.page answer-not-understood'],
  ['a SOAP fault', '<soap:Fault>x</soap:Fault>', 'uncertain portal.page answer-not-understood'],
  ['broken JSON', '{"error_code": = 0}', 'uncertain portal.text answer-not-understood'],
  ['plain text of success', 'Cập nhật tiến độ THÀNH CÔNG', 'done portal.success-text', STEPS],
  ['plain text of success as a JSON string', '"Đồng bộ thành công"', 'done portal.success-text'],
  ['plain text: not successful', 'Đồng bộ không thành công', 'uncertain portal.text answer-not-understood'],
  ['plain text: not yet successful', 'Hồ sơ chưa được đồng bộ thành công', 'uncertain portal.text answer-not-understood'],
  ['plain text: "unsuccessful"', 'Sync unsuccessful', 'uncertain portal.text answer-not-understood', { settings: { SUCCESS_PHRASE: 'successful' } }],
  ['plain text: success after another clause', 'Không có tệp đính kèm. Đồng bộ thành công', 'done portal.success-text'],
  ['plain text with no success phrase set', 'Đồng bộ thành công', 'uncertain portal.text answer-not-understood', { settings: { SUCCESS_PHRASE: '' } }],
  ['plain text of a duplicate', 'Hồ sơ đã tồn tại', 'exists portal.duplicate already-exists'],
  ['plain text of an expired session', 'Invalid session', 'transient portal.session session-not-accepted'],
  ['plain text that means nothing known', 'Object reference not set', 'uncertain portal.text answer-not-understood']
]

for (const [what, body, expected, asked] of TABLE) {
  t.test(`${what} means: ${expected}`, async t => { t.equal(short(body, asked), expected) })
}

const REFUSALS: ReadonlyArray<[string, string]> = [
  ['Thiếu thông tin ChuHoSo', 'missing-field'],
  ['Trường NgayTiepNhan không được để trống', 'missing-field'],
  ['Mã thủ tục chưa được công khai', 'unknown-procedure'],
  ['MaTTHC không hợp lệ', 'unknown-procedure'],
  ['Mã lĩnh vực G99 không tồn tại', 'unknown-field'],
  ['Mã đơn vị 000.00.14.H45 không tồn tại', 'unknown-agency'],
  ['Đơn vị chưa được phân quyền', 'not-authorised'],
  ['Mã thành phần hồ sơ không đúng', 'unknown-component'],
  ['Đường dẫn tệp không truy cập được', 'file-unreachable'],
  ['Trạng thái không được phép chuyển từ 10 về 4', 'invalid-status'],
  ['Ngày hẹn trả trước ngày tiếp nhận', 'invalid-date'],
  ['NgayTiepNhan sai định dạng', 'invalid-date'],
  ['Số định danh không hợp lệ', 'invalid-identity'],
  ['Ghi chú vượt quá 2000 ký tự', 'value-too-long'],
  ['TenTTHC dài quá 500 ký tự', 'value-too-long'],
  ['Dữ liệu không hợp lệ: Gia', 'invalid-data'],
  ['Có lỗi xảy ra', 'portal-refused']
]

for (const [message, code] of REFUSALS) {
  t.test(`"${message}" is ${code}, with a cure in both languages`, async t => {
    const refusal = outcome(business(-1, message))
    t.match(refusal, { verdict: 'refused', code, rule: `portal.${code}`, words: message })
    t.ok(refusal.cure !== undefined && refusal.cure.vi.length > 20 && refusal.cure.en.length > 20)
  })
}

t.test('JSON under another content type is read, and the rule says so', async t => {
  const question: Question = { upsert: true, mode: 'create', items: 1, now: 0, rules: answerRules(settings) }
  const read = (headers: Record<string, string>): string => interpretAnswer(answer(business(0), { headers }), question).rule
  t.equal(read({ 'content-type': 'text/html' }), 'portal.success-code.misnamed-type')
  t.equal(read({ 'content-type': 'application/problem+json' }), 'portal.success-code')
  t.equal(read({}), 'portal.success-code')
})

t.test('the portal\'s words are kept on one line of at most 1000 characters', async t => {
  t.equal(outcome(business(-1, 'Trường <MaTTHC>\n  không hợp lệ')).words, 'Trường <MaTTHC> không hợp lệ')
  t.equal(outcome(business(-1, 'ệ'.repeat(2000))).words.length, 1000)
})

t.test('the answer is kept as evidence', async t => {
  t.match(outcome(business(0)).answer, { status: 200, excerpt: '{"error_code":0,"message":""}' })
})

t.test('an HTTP status other than 2xx decides by itself', async t => {
  const question: Question = { upsert: true, mode: 'create', items: 1, now: 0, rules: answerRules(settings) }
  const at = (status: number, headers = {}): Outcome => interpretAnswer(answer(business(0, 'Đồng bộ thành công'), { status, headers }), question)
  t.match(at(503, { 'retry-after': '60' }), { verdict: 'transient', code: 'http-503', retryAfterSeconds: 60 })
  t.match(at(429), { verdict: 'transient', code: 'throttled' })
  t.match(at(500), { verdict: 'uncertain', code: 'http-500' })
  t.match(at(404), { verdict: 'refused', code: 'http-404', cure: { vi: /_PATH/, en: /_PATH/ } })
  t.match(at(302), { verdict: 'refused', code: 'redirected' })
  t.match(at(401), { verdict: 'transient', code: 'session-not-accepted', rule: 'http.401' })
  t.equal(at(204).verdict, 'done', 'the body decides for every 2xx')
})

t.test('a lookup answers yes or no only with error_code 0 and a list (pitfall 2)', async t => {
  const lookup = (body: unknown, status = 200): string => {
    const { verdict, code } = interpretLookup(answer(body, { status }), { rules: answerRules(settings), now: 0 })
    return `${verdict} ${code}`.trim()
  }
  t.equal(lookup({ error_code: 0, message: '', result: [{}] }), 'done')
  t.equal(lookup({ error_code: '00', result: [] }), 'missing dossier-unknown')
  t.equal(lookup({ error_code: 0 }), 'uncertain answer-not-understood')
  t.equal(lookup({ error_code: 0, result: {} }), 'uncertain answer-not-understood')
  t.equal(lookup({ result: [] }), 'uncertain answer-not-understood')
  t.equal(lookup({ error_code: -1, message: 'Hồ sơ không tồn tại', result: [] }), 'refused portal-refused')
  t.equal(lookup({ error_code: -1, message: 'Phiên làm việc hết hạn' }), 'transient session-not-accepted')
  t.equal(lookup({}), 'uncertain answer-not-understood')
  t.equal(lookup(''), 'uncertain empty-answer')
  t.equal(lookup('<html></html>'), 'uncertain answer-not-understood')
  t.equal(lookup('session expired'), 'transient session-not-accepted')
  t.equal(lookup('xin chào'), 'uncertain answer-not-understood')
  t.equal(lookup('', 503), 'transient http-503')
  t.equal(lookup('', 401), 'transient session-not-accepted')
})

t.test('a login counts only with a session and code 0, and never refuses a dossier', async t => {
  const login = (body: unknown, changed: Partial<HttpAnswer> = {}): string => {
    const result = interpretLogin(answer(body, changed), answerRules(settings), 0)
    return 'token' in result ? `token ${result.token}` : `${result.outcome.verdict} ${result.outcome.code}`
  }
  t.equal(login({ error_code: '00', message: '', session: 'abc' }), 'token abc')
  t.equal(login({ error_code: 0, message: '', session: '' }), 'transient login-not-understood')
  t.equal(login({ error_code: 0, message: '' }), 'transient login-not-understood')
  t.equal(login({ error_code: 1, message: 'Sai mật khẩu', session: 'abc' }), 'transient login-refused')
  t.equal(login({ error_code: 1, message: 'Hệ thống bận' }), 'transient portal-busy')
  t.equal(login({ session: 'abc' }), 'transient login-not-understood')
  t.equal(login('Sai tài khoản'), 'transient login-not-understood')
  t.equal(login('<html></html>'), 'transient login-not-understood')
  t.equal(login('', { status: 401 }), 'transient login-refused')
  t.equal(login('', { status: 403 }), 'transient login-refused')
  t.equal(login('', { status: 404 }), 'transient http-404')
  t.equal(login('', { status: 500 }), 'transient http-500')
})

t.test('a failed login keeps no answer as evidence, for it could hold a session', async t => {
  for (const status of [200, 500]) {
    const result = interpretLogin(answer({ error_code: 5, message: 'x', session: 'abc' }, { status }), answerRules(settings), 0)
    t.ok('outcome' in result && !('answer' in result.outcome))
  }
})

t.test('a setting of the wrong type is a defect and named', async t => {
  t.throws(() => answerRules({ ...settings, SUCCESS_PHRASE: 1 }), { message: 'setting SUCCESS_PHRASE is no text' })
  t.throws(() => answerRules({ ...settings, SUCCESS_CODES: '0' }), { message: 'setting SUCCESS_CODES is no list' })
})
