/** What the connector's answers mean (contract §1.5: real HTTP codes). Pure. */
import { DONE, evidence, outcomeOfStatus } from '../../src/adapter-kit/failure.js'
import type { HttpAnswer } from '../../src/adapter-kit/http.js'
import type { BilingualText } from '../../src/model/bilingual.js'
import { isRecord, parseJson } from '../../src/model/json.js'
import { readableLine } from '../../src/model/text.js'
import type { Outcome } from '../../src/adapter-kit/contract/outcome.js'

/** Codes of a wrapped answer that mean success; which ones there are is not published (inferred). */
const DONE_CODES = ['', '0', '00', '1', '200']

const CURES = {
  missing: { vi: 'Kiểm tra origin.code và origin.id của hồ sơ với sự kiện dossier.received.', en: 'Check the dossier\'s origin.code and origin.id against the event dossier.received.' },
  rights: { vi: 'Hỏi đầu mối của connector về quyền của tài khoản với hồ sơ này.', en: 'Ask the connector\'s contact about the account\'s right to this dossier.' },
  content: { vi: 'Xem lời của connector, sửa hồ sơ hoặc bảng mã, rồi cho gửi lại.', en: 'Read the connector\'s words, mend the dossier or the code table, then redrive.' }
}
const CURE_BY_STATUS: Readonly<Record<number, BilingualText>> = { 403: CURES.rights, 404: CURES.missing }

export function interpret (answer: HttpAnswer, now: number): Outcome {
  const failed = outcomeOfStatus(answer, now)
  if (failed !== undefined) return { ...byStatus(failed, answer.status), answer: evidence(answer) }
  return { ...byBody(answer), answer: evidence(answer) }
}

function byStatus (failed: Outcome, status: number): Outcome {
  // 401 after a new login: the account, and not the dossier.
  if (status === 401) return { ...failed, verdict: 'transient', code: 'token-not-accepted' }
  if (failed.verdict !== 'refused') return failed
  return { ...failed, cure: CURE_BY_STATUS[status] ?? CURES.content }
}

/** A 2xx is not a success when its body says no (field case product-ei#5049). */
function byBody ({ text }: HttpAnswer): Outcome {
  const body = parseJson(text)
  if (!isRecord(body)) return { ...DONE, rule: 'connector.status' }
  const code = String(body['code'] ?? '')
  if (DONE_CODES.includes(code)) return { ...DONE, rule: 'connector.status' }
  return { verdict: 'refused', rule: 'connector.code', code: 'connector-refused', words: readableLine(String(body['message'] ?? '')), cure: CURES.content }
}
