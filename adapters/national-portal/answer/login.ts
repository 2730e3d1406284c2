/** What an answer to a login means (contract §1.3). It never speaks of a dossier, so no failure of it is a refusal. */
import { outcomeOfFailure, outcomeOfStatus } from '../../../src/adapter-kit/failure.js'
import type { HttpAnswer, HttpFailure } from '../../../src/adapter-kit/http.js'
import { foldPhrase } from '../../../src/model/text.js'
import type { AnswerRules } from '../settings.js'
import { contains, read, words } from './reading.js'
import type { Outcome } from '../../../src/adapter-kit/contract/outcome.js'

export type Login = { token: string } | { outcome: Outcome }

/** Codes after which logging in again at once would only get the account locked. */
export const LOGIN_NOT_TO_REPEAT: readonly string[] = ['login-refused', 'login-not-understood']

export function interpretLogin (answer: HttpAnswer, rules: AnswerRules, now: number): Login {
  const status = outcomeOfStatus(answer, now)
  if (status !== undefined) return { outcome: loginStatus(status, answer.status) }
  const reading = read(answer)
  if (reading.kind !== 'business') return failed('login-not-understood', reading.kind === 'text' ? reading.message : '')
  const { code, message, body } = reading
  // Both are asked for (§1.3), and the code is compared as a number whatever SUCCESS_CODES says of writes.
  if (code !== '0') return failed(contains(foldPhrase(message), rules.busyPhrases) ? 'portal-busy' : 'login-refused', message)
  if (typeof body.session !== 'string' || body.session === '') return failed('login-not-understood', message)
  return { token: body.session }
}

/** Whatever broke during a login, nothing of the dossier had left. */
export function loginFailure (failure: HttpFailure): { outcome: Outcome } {
  return { outcome: { ...outcomeOfFailure(failure), verdict: 'transient', rule: `login.${failure.code}` } }
}

/** Without the answer as evidence: a session must not be kept, and a failed login is no failure of the dossier. */
function loginStatus (outcome: Outcome, status: number): Outcome {
  const { answer: _, ...rest } = outcome
  const code = status === 401 || status === 403 ? 'login-refused' : outcome.code
  return { ...rest, verdict: 'transient', rule: `login.http.${status}`, code }
}

function failed (code: string, message: string): Login {
  return { outcome: { verdict: 'transient', rule: `login.${code}`, code, words: words(message) } }
}
