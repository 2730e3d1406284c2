/** A question of a provincial system that only the portal can answer, put to it as it stands. Pure. */
import type { PassedAnswer, PassedQuestion } from '../../src/adapter-kit/contract/accept.js'
import { DONE } from '../../src/adapter-kit/failure.js'
import type { HttpAnswer } from '../../src/adapter-kit/http.js'
import { byStatus, refusedRead, SESSION_CODE, type Question } from './answer.js'
import { read, unwrapped, words } from './answer/reading.js'
import type { Outcome } from '../../src/adapter-kit/contract/outcome.js'

export interface Passed {
  answer: PassedAnswer
  /** For the session: whether it may have failed for that alone. */
  outcome: Outcome
}

/** The portal's own code and words, also where it refuses; a page, an empty answer or a lost session are no answer (pitfall 2). */
export function interpretPassed (answer: HttpAnswer, { rules, now }: Pick<Question, 'rules' | 'now'>): Passed {
  const failed = byStatus(answer, now)
  if (failed !== undefined) return silent(failed)
  const reading = read(answer)
  if (reading.kind !== 'business') return silent(refusedRead(reading, rules))
  const { code, message, body } = rules.successCodes.includes(reading.code) ? unwrapped(reading) : reading
  const said = { code, message: words(message), ...('result' in body ? { result: body.result } : {}) }
  if (rules.successCodes.includes(code)) return { answer: said, outcome: { ...DONE, rule: 'portal.passed' } }
  const outcome = refusedRead(reading, rules)
  return outcome.verdict === 'refused' ? { answer: said, outcome } : silent(outcome)
}

export function silent (outcome: Outcome): Passed {
  return { answer: { silent: true, rule: outcome.code === SESSION_CODE ? SESSION_CODE : outcome.rule }, outcome }
}

/** Two settings in generation A: writes have one path, reads another (contract §1.1). */
export function isWrite ({ service }: PassedQuestion): boolean {
  return service.startsWith('DongBo')
}
